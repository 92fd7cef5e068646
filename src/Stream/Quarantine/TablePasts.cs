using Tapline.Streaming.Lanes;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Quarantine;

/// <summary>The pasts of all tables of some replayed records. First it is gathered of which keys they are needed, then
/// each table's history is read once.</summary>
/// <param name="lake">Reads them.</param>
/// <param name="versions">The lake's tables as the newest manifest has them.</param>
sealed class TablePasts(LakeTables lake, IReadOnlyDictionary<string, long> versions)
{
    readonly Dictionary<TableStream, TablePast> _pasts = [];
    Verdict? _found;

    /// <summary>Whether nothing is to be applied yet.</summary>
    public bool IsGathering { get; private set; } = true;

    /// <summary>What the newest change was that was judged; null when none was since <see cref="Forget"/>.</summary>
    public Verdict? Verdict => _found
        ?? _pasts.Values.Select(static past => past.Verdict).FirstOrDefault(static verdict => verdict is not null);

    /// <summary>The past of a table.</summary>
    public TablePast Of(TableStream table)
    {
        if (!_pasts.TryGetValue(table, out var past))
        {
            long? version = versions.TryGetValue(lake.Pair(table.Table).HistoryRoot, out var known) ? known : null;
            _pasts.Add(table, past = new TablePast(table, lake, version));
        }
        return past;
    }

    /// <summary>Says what a record was that is of no table.</summary>
    public void Found(Verdict verdict) => _found = verdict;

    /// <summary>Reads what was gathered.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        foreach (var past in _pasts.Values)
            await past.LoadAsync(ct);
        IsGathering = false;
    }

    /// <summary>Forgets what was judged.</summary>
    public void Forget()
    {
        _found = null;
        foreach (var past in _pasts.Values)
            past.Verdict = null;
    }
}
