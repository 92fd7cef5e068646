using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Sources;

/// <summary>What is declared of the devices' messages: which fields are columns, and which times are
/// believed.</summary>
public sealed record DeclaredDevices
{
    /// <summary>Nothing is declared.</summary>
    public static DeclaredDevices None { get; } = new();

    /// <summary>Fields that are columns in every stream.</summary>
    public ImmutableArray<DeclaredColumn> Columns { get; init; } = [];

    /// <summary>What is declared of single streams.</summary>
    public ImmutableArray<StreamDeclaration> Streams { get; init; } = [];

    /// <summary>A message from before this is not believed.</summary>
    public DateTimeOffset Earliest { get; init; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A message that is further ahead of its receipt is not believed.</summary>
    public TimeSpan AheadMax { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A message that is further ahead of its receipt is marked.</summary>
    public TimeSpan AheadNoted { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A message that is further behind its receipt is marked as late.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The table that knows the devices; null when each is known.</summary>
    public TableId? Table { get; init; }

    /// <summary>The column of <see cref="Table"/> that names a device.</summary>
    public string Key { get; init; } = "id";

    /// <summary>How long the messages of an unknown device are sent back by themselves when it has arrived.</summary>
    public TimeSpan ParkedFor { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many messages of a device are.</summary>
    public int ParkedMax { get; init; } = 10_000;

    /// <summary>This declaration with columns for texts that every message has, unless they are declared.</summary>
    public DeclaredDevices WithTexts(IEnumerable<string> names)
    {
        var taken = Columns.Concat(Streams.SelectMany(static stream => stream.Columns))
            .Select(static column => column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var texts = names.Where(taken.Add).Select(static name => new DeclaredColumn(name, "text"));
        return this with { Columns = [.. Columns, .. texts] };
    }

    /// <summary>All that is declared of a stream.</summary>
    public StreamDeclaration Stream(string name)
    {
        var declared = Streams.FirstOrDefault(stream => stream.Name == name) ?? new StreamDeclaration(name);
        var common = Columns.Where(column => declared.Columns.All(own => own.Name != column.Name));
        return declared with { Columns = [.. common, .. declared.Columns] };
    }
}
