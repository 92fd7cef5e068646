using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>The actions of one commit, sorted by kind: their order in the file means nothing.</summary>
sealed record LogCommit(long Version)
{
    /// <summary>The id by which a writer knows its own attempt; null for writers without one.</summary>
    public string? TxnId { get; init; }

    public DeltaProtocol? Protocol { get; init; }

    public TableMetadata? Metadata { get; init; }

    public ImmutableArray<AddFile> Adds { get; init; } = [];

    public ImmutableArray<RemoveFile> Removes { get; init; } = [];

    public ImmutableArray<SetTransaction> Transactions { get; init; } = [];

    public ImmutableArray<DomainMetadata> Domains { get; init; } = [];

    public ImmutableArray<ChangeFile> Changes { get; init; } = [];

    /// <summary>Of a checkpoint of the second kind, which version it says to hold.</summary>
    public long? CheckpointVersion { get; init; }

    /// <summary>Files of a checkpoint that hold more of its actions.</summary>
    public ImmutableArray<Sidecar> Sidecars { get; init; } = [];

    /// <summary>What the writer says about the commit; foreign writers put anything there.</summary>
    public JsonElement? Info { get; init; }

    /// <summary>Reads a commit's bytes; <paramref name="file"/> is named in errors.</summary>
    public static LogCommit Parse(long version, string file, ReadOnlySpan<byte> content)
    {
        var actions = new ActionCollector(file);
        var number = 0;
        foreach (var range in content.Split((byte)'\n'))
        {
            number++;
            var line = content[range].Trim("\r \t"u8);
            if (!line.IsEmpty)
                actions.Add(number, ParseEntry(file, number, line));
        }
        return actions.ToCommit(version);
    }

    /// <summary>The commit's bytes, a line for each action, the commit's own description first.</summary>
    public byte[] Serialize(CommitInfo info)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(new LogEntry { CommitInfo = JsonSerializer.SerializeToElement(info, DeltaJson.Log.CommitInfo) });
        if (Protocol is not null)
            Write(new LogEntry { Protocol = Protocol });
        if (Metadata is not null)
            Write(new LogEntry { Metadata = Metadata });
        foreach (var transaction in Transactions)
            Write(new LogEntry { Transaction = transaction });
        foreach (var domain in Domains)
            Write(new LogEntry { DomainMetadata = domain });
        foreach (var remove in Removes)
            Write(new LogEntry { Remove = remove });
        foreach (var add in Adds)
            Write(new LogEntry { Add = add });
        foreach (var change in Changes)
            Write(new LogEntry { Change = change });
        return buffer.WrittenSpan.ToArray();

        void Write(LogEntry entry)
        {
            buffer.Write(JsonSerializer.SerializeToUtf8Bytes(entry, DeltaJson.Log.LogEntry));
            buffer.Write("\n"u8);
        }
    }

    internal static LogEntry ParseEntry(string file, int number, ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, DeltaJson.Log.LogEntry)
                ?? throw new DeltaFormatException(file, $"an action on line {number}", "null");
        }
        catch (JsonException e)
        {
            throw new DeltaFormatException(file, $"an action as a JSON object on line {number}", e.Message, e);
        }
    }
}
