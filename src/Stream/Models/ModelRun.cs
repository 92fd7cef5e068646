using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;

namespace Tapline.Streaming.Models;

/// <summary>Keeps one model's table current, with one prepared statement.</summary>
abstract class ModelRun(ModelTable table, DuckDbConnection connection) : IDisposable
{
    readonly DuckDbPrepared _statement = connection.Prepare(ModelCatalog.Typed(table.Model));

    /// <summary>The table.</summary>
    public ModelTable Table { get; } = table;

    /// <summary>Its rows that a statement gave.</summary>
    protected ColumnBatch Result { get; } = new(table.Model.Columns);

    /// <summary>Brings the table up to what has changed.</summary>
    public abstract void Run(ModelStep at, bool isDue, CancellationToken ct);

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    /// <summary>How often the statement failed for one key, whose rows stayed as they were; and what DuckDB said the
    /// last time, without values.</summary>
    public (int Count, string Reason) Failures { get; private set; }

    /// <summary>Runs the statement over the rows that its inputs were given. False when it fails: data can make it, a
    /// cast that does not hold it or a sum that overflows.</summary>
    protected bool TryQuery(int keyCount, CancellationToken ct)
    {
        Result.Clear();
        try
        {
            using var result = _statement.Query(ct: ct);
            result.CopyTo(Result);
            return true;
        }
        catch (DuckDbException failure)
        {
            if (keyCount == 1)
                Failures = (Failures.Count + 1, $"{failure.Kind} error");
            return false;
        }
    }

    /// <summary>What to throw when a model cannot go on.</summary>
    protected TaplineException Failed(string why) => new(
        $"model {Table.Model.Name} ({Table.Model.File}): {why}",
        "mend the model, or take it out of the package; nothing of this epoch is in the lake");
}
