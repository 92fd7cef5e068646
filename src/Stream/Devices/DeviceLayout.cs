using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;

namespace Tapline.Streaming.Devices;

/// <summary>The columns of a stream's table: what every message has, the declared fields, the rest as JSON, and what
/// the lane knows of the message.</summary>
sealed class DeviceLayout
{
    /// <summary>Place of the device.</summary>
    public const int DeviceId = 0;

    /// <summary>Place of the device's boot.</summary>
    public const int BootId = 1;

    /// <summary>Place of the number within the boot.</summary>
    public const int Seq = 2;

    /// <summary>Place of the event time.</summary>
    public const int EventTime = 3;

    /// <summary>Place of the time of receipt.</summary>
    public const int ReceivedAt = 4;

    /// <summary>The column by which tables are partitioned: the day of the event time, in UTC.</summary>
    public const string DateColumn = "event_date";

    static readonly ImmutableArray<ColumnSchema> Common =
    [
        PostgresTypes.Column("device_id", "text"),
        PostgresTypes.Column("boot_id", "text"),
        PostgresTypes.Column("seq", "bigint"),
        PostgresTypes.Column("ts", "timestamp with time zone"),
        PostgresTypes.Column("received_at", "timestamp with time zone"),
    ];

    static readonly ImmutableArray<ColumnSchema> Rest =
    [
        new("payload", ColumnType.String),
        new("flags", ColumnType.String),
        new("_key", ColumnType.String),
        new("_partition", ColumnType.Int32),
        new("_offset", ColumnType.Int64),
    ];

    /// <summary>The layout of a stream.</summary>
    public DeviceLayout(StreamDeclaration declared)
    {
        Declared = declared;
        Fields = Common.AddRange(
            declared.Columns.Select(static column => PostgresTypes.Column(column.Name, column.Type!)));
        Columns = Fields.AddRange(Rest);
    }

    /// <summary>The names that no declared field may have.</summary>
    public static ImmutableArray<string> Reserved { get; } =
        [.. Common.Concat(Rest).Select(static column => column.Name), DateColumn];

    /// <summary>What is declared of the stream.</summary>
    public StreamDeclaration Declared { get; }

    /// <summary>The columns that are fields of the messages.</summary>
    public ImmutableArray<ColumnSchema> Fields { get; }

    /// <summary>All columns that stand in files.</summary>
    public ImmutableArray<ColumnSchema> Columns { get; }

    /// <summary>The columns as the table has them.</summary>
    public ImmutableArray<ColumnSchema> TableColumns =>
        Columns.Add(new ColumnSchema(DateColumn, ColumnType.Date));

    /// <summary>Place of the fields that are no columns.</summary>
    public int Payload => Fields.Length;

    /// <summary>Place of the marks.</summary>
    public int Flags => Payload + 1;

    /// <summary>Place of the name of a message without a number.</summary>
    public int Key => Payload + 2;

    /// <summary>Place of the partition; the offset comes after it.</summary>
    public int Partition => Payload + 3;

    /// <summary>Throws <see cref="TaplineException"/> when a table holds a field in another type than the one that is
    /// declared.</summary>
    public void Check(string root, ImmutableArray<ColumnSchema> table)
    {
        foreach (var column in TableColumns)
        {
            if (table.FirstOrDefault(known => known.Name == column.Name) is { } known && !known.HasTypeOf(column))
            {
                throw new TaplineException(
                    $"sources.yaml declares field {column.Name} of stream {Declared.Name} as another type than "
                    + $"{root} has it in ({known.Type})",
                    "declare the old type again, or leave the field out: it then stays in payload");
            }
        }
    }
}
