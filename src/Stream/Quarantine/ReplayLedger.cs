using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Quarantine;

/// <summary>What became of each replayed record: a table of the lake, committed with the epoch that replays them, so
/// that a record comes home once however often it is sent.</summary>
sealed class ReplayLedger(LaneServices services)
{
    /// <summary>The folder of the table.</summary>
    public const string Root = "quarantine_replayed";

    /// <summary>The record is the newest of its key: its row is the current one.</summary>
    public const string Applied = "applied";

    /// <summary>Its key has gone on since: it is in the history alone.</summary>
    public const string Late = "late";

    /// <summary>The lake has had it, or it says nothing.</summary>
    public const string Known = "known";

    /// <summary>It is refused again and stays in quarantine.</summary>
    public const string Rejected = "rejected";

    readonly Dictionary<(TopicPartition, long), (int Attempts, bool IsHome)> _known = [];
    bool _isLoaded;

    /// <summary>The outcomes of the open epoch, as rows of the table.</summary>
    public ColumnBatch Rows { get; } = new(BookkeepingColumns.QuarantineReplayed);

    /// <summary>Reads what the lake has at a version of the table, null for none; once an epoch.</summary>
    public async Task LoadAsync(long? version, CancellationToken ct)
    {
        if (_isLoaded)
            return;
        var snapshot = version is { } known ? await DeltaTable.ReadAsync(services.Lake, Root, known, ct) : null;
        foreach (var add in snapshot?.Files.Values ?? [])
            Read(await services.Lake.LocalPathAsync($"{Root}/{add.Location}", ct), ct);
        _isLoaded = true;
    }

    /// <summary>Whether a try of a record is the one that comes next. Any other was seen before.</summary>
    public bool IsDue(in ReplayMark mark) => _known.TryGetValue((mark.Partition, mark.Offset), out var known)
        ? !known.IsHome && mark.Attempt == known.Attempts + 1
        : mark.Attempt == 1;

    /// <summary>Notes what became of a try.</summary>
    /// <param name="mark">The record.</param>
    /// <param name="outcome">One of this type's words.</param>
    /// <param name="refusal">Why it was rejected; null when it was not.</param>
    /// <param name="sentUs">When it was sent back, microseconds since 1970.</param>
    public void Add(in ReplayMark mark, string outcome, (string Reason, string? Detail)? refusal, long sentUs)
    {
        var columns = Rows.Columns;
        columns[0].Append(Encoding.UTF8.GetBytes(mark.Partition.Topic));
        columns[1].Append(mark.Partition.Partition);
        columns[2].Append(mark.Offset);
        columns[3].Append(mark.Attempt);
        columns[4].Append(Encoding.UTF8.GetBytes(outcome));
        AppendOrNull(columns[5], refusal?.Reason);
        AppendOrNull(columns[6], refusal?.Detail);
        columns[7].Append(sentUs);
        _known[(mark.Partition, mark.Offset)] = (mark.Attempt, outcome != Rejected);
    }

    /// <summary>Takes note that the lake has everything.</summary>
    public void Settle()
    {
        // Nothing is held between the epochs that replay something: there are few.
        Rows.Clear();
        _known.Clear();
        _isLoaded = false;
    }

    void Read(string path, CancellationToken ct)
    {
        var rows = new ColumnBatch(BookkeepingColumns.QuarantineReplayed);
        using var connection = services.Duck.Connect();
        using var result = connection.Query(LakeFileSql.Select(path, rows.Schema), ct: ct);
        result.CopyTo(rows);
        for (var row = 0; row < rows.Count; row++)
        {
            var partition = new TopicPartition(
                Encoding.UTF8.GetString(rows.Columns[0].Value(row)), rows.Columns[1].Int32s[row]);
            var place = (partition, rows.Columns[2].Int64s[row]);
            var isHome = !rows.Columns[4].Value(row).SequenceEqual("rejected"u8);
            var (attempts, wasHome) = _known.GetValueOrDefault(place);
            _known[place] = (Math.Max(attempts, rows.Columns[3].Int32s[row]), wasHome || isHome);
        }
    }

    static void AppendOrNull(ColumnBuffer column, string? text)
    {
        if (text is null)
            column.AppendNull();
        else
            column.Append(Encoding.UTF8.GetBytes(text));
    }
}
