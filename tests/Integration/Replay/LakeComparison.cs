using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>Compares the lake's current rows with a captured table, value by value: where the columns came from a
/// record's schema their types have other names than the database's.</summary>
sealed class LakeComparison(LakeSession lake)
{
    /// <summary>Where a table lies in a layer of the lake; null when it is not there.</summary>
    public static LakeTable? Find(LakeSession lake, string layer, TableSchema schema) =>
        lake.Tables.FirstOrDefault(known => known.Layer == layer && known.Name == schema.Table.ToString());

    public IEnumerable<Difference> Of(CapturedTable table)
    {
        var schema = table.Schema;
        var stored = Find(lake, "current", schema);
        var columns = schema.Columns.Select(column => Stored(stored, column)).ToImmutableArray();
        var found = ByKey(schema, stored is null ? [] : Rows(schema, columns, stored));
        foreach (var (key, wanted) in ByKey(schema, table.Rows))
        {
            if (!found.Remove(key, out var row))
                yield return new Difference(schema.Table, key, "", "the row", null);
            else
                foreach (var difference in OfRow(schema, columns, key, wanted, row))
                    yield return difference;
        }
        foreach (var key in found.Keys)
            yield return new Difference(schema.Table, key, "", null, "the row");
    }

    static IEnumerable<Difference> OfRow(
        TableSchema schema,
        ImmutableArray<ColumnSchema?> stored,
        string key,
        IReadOnlyDictionary<string, string?> wanted,
        IReadOnlyDictionary<string, string?> found)
    {
        foreach (var (column, place) in schema.Columns.Zip(stored))
        {
            var database = CapturedText.OfDatabase(column, wanted[column.Name]);
            var inLake = CapturedText.OfLake(column, found[column.Name]);
            if (place is not null && place.Type != column.Type)
                (database, inLake) = CapturedText.AcrossTypes(column, place, wanted[column.Name], found[column.Name]);
            if (database != inLake && wanted[column.Name] != found[column.Name])
                yield return new Difference(schema.Table, key, column.Name, database, inLake);
        }
    }

    // The lake's column for one of the database: it is not there when no event has had it.
    static ColumnSchema? Stored(LakeTable? table, ColumnSchema column)
    {
        var place = table?.Columns.FirstOrDefault(known => known.Origin == column.Name && !known.IsRetired);
        return place is not null && place.Type == column.Type ? place with { SourceType = column.SourceType } : place;
    }

    List<IReadOnlyDictionary<string, string?>> Rows(
        TableSchema schema, ImmutableArray<ColumnSchema?> stored, LakeTable table)
    {
        ImmutableArray<ColumnSchema> present = [.. stored.OfType<ColumnSchema>()];
        var names = string.Join(", ", present.Select(static column => SqlText.Identifier(column.Name)));
        using var result = lake.Query($"SELECT {names} FROM {LakeSession.RelationOf(table)}", ct: TestPipeline.Ct);
        var batch = new ColumnBatch(present);
        result.CopyTo(batch);
        return
        [
            .. Enumerable.Range(0, batch.Count).Select(IReadOnlyDictionary<string, string?> (row) => schema.Columns
                .Zip(stored, (column, place) => (
                    column.Name,
                    Text: place is null ? null : CellText.Of(place, batch.Columns[present.IndexOf(place)], row)))
                .ToDictionary(static cell => cell.Name, static cell => cell.Text)),
        ];
    }

    // Without a key the whole row is one, and the second of two equal rows is told from the first by its number.
    static Dictionary<string, IReadOnlyDictionary<string, string?>> ByKey(
        TableSchema schema, IEnumerable<IReadOnlyDictionary<string, string?>> rows)
    {
        var byKey = new Dictionary<string, IReadOnlyDictionary<string, string?>>();
        var key = schema.KeyColumns.IsEmpty ? schema.Columns : schema.KeyColumns;
        foreach (var row in rows)
        {
            var name = string.Join('|', key.Select(column => row[column.Name]));
            for (var n = 2; !byKey.TryAdd(name, row) && schema.KeyColumns.IsEmpty; n++)
                name = $"{name}#{n}";
            Assert.True(ReferenceEquals(byKey[name], row), $"{schema.Table} has {name} twice");
        }
        return byKey;
    }
}
