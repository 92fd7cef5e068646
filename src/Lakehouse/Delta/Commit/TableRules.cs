using Tapline.Contracts;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>What a table itself forbids its writers: rows that leave an append-only table, and nulls in columns that
/// take none. Whoever breaks a rule gets a <see cref="TaplineException"/>.</summary>
static class TableRules
{
    const string AppendOnly = "delta.appendOnly";

    /// <summary>Checks what a commit takes away.</summary>
    public static void CheckRemoves(string table, DeltaSnapshot snapshot, DeltaCommit commit)
    {
        if (snapshot.Metadata.Property(AppendOnly) != "true" || !commit.DataChange)
            return;
        if (commit.Removes.FirstOrDefault(static file => file.DataChange) is { } file)
        {
            throw new TaplineException(
                $"table {table} is append-only ({AppendOnly}): rows of file {file.Location} cannot be changed",
                $"unset the table's property {AppendOnly} if rows may change");
        }
    }

    /// <summary>Checks what a commit does to columns: without column mapping files know them by their
    /// names.</summary>
    public static void CheckAlterations(string table, DeltaSnapshot snapshot, DeltaCommit commit)
    {
        if (!commit.Alterations.IsEmpty && !snapshot.MapsColumns)
        {
            throw new TaplineException(
                $"table {table} has no column mapping ({ColumnMappings.Property}): its columns keep their names",
                "tables that are made with stream.tables … { column_mapping: true } take other ones");
        }
    }

    /// <summary>Checks the rows of a new file.</summary>
    /// <param name="table">The table's folder.</param>
    /// <param name="snapshot">The table.</param>
    /// <param name="columns">The file's columns, in the order of the statistics.</param>
    /// <param name="statistics">What is known of them.</param>
    /// <param name="partitionValues">The values that stand in no file.</param>
    public static void CheckNulls(
        string table,
        DeltaSnapshot snapshot,
        IReadOnlyList<string> columns,
        IReadOnlyList<ColumnStatistics> statistics,
        IReadOnlyDictionary<string, string?> partitionValues)
    {
        foreach (var field in snapshot.Structure.Fields.Where(static field => !field.Nullable))
        {
            if (partitionValues.TryGetValue(field.Name, out var value) ? value is null : HasNulls(field.Name))
            {
                throw new TaplineException(
                    $"table {table} takes no null in column {field.Name} (NOT NULL), and a row has one",
                    "drop the constraint, or mend the rows at their source");
            }
        }

        bool HasNulls(string name)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                if (columns[i] == name)
                    return statistics[i].NullCount > 0;
            }
            return true;
        }
    }
}
