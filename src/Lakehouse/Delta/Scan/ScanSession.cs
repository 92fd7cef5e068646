using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Makes SQL of scans on one connection. A scan has a name; another scan under the name replaces it: what
/// changes with the files stands in variables, so that the text of a view over it stays as it is. One session a
/// database; used by one thread at a time.</summary>
public sealed class ScanSession
{
    readonly DuckDbConnection _connection;
    readonly RowFilters _filters = new();
    readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);

    /// <summary>Prepares a connection.</summary>
    public ScanSession(DuckDbConnection connection)
    {
        _connection = connection;
        ScanFunctions.Register(connection, _filters);
    }

    /// <summary>Makes a scan the one that the name stands for. The name is a plain SQL name.</summary>
    public void Bind(string name, TableScan scan, CancellationToken ct = default)
    {
        if (_numbers.Remove(name, out var before))
            _filters.Remove(before);
        if (scan.Files.IsEmpty)
            return;
        Set($"{name}_files", scan.Files.Select(static file => SqlText.File(file.Path)), "VARCHAR", ct);
        var index = 0;
        foreach (var column in scan.ConstantColumns)
        {
            var at = index++;
            Set($"{name}_constant{at}", scan.Files.Select(file => file.Constants[at]), column.SqlType, ct);
        }
        if (!HasFilters(scan))
            return;
        var number = _filters.Add([.. scan.Files.Select(static file => file.Rows)]);
        _numbers[name] = number;
        _connection.Execute($"SET VARIABLE {name}_scan = {number}::BIGINT", ct);
    }

    /// <summary>A SELECT of some columns of a scan that is bound to a name; of all without
    /// <paramref name="columns"/>.</summary>
    public static string Select(string name, TableScan scan, IEnumerable<ScanColumn>? columns = null)
    {
        var shown = (columns ?? scan.Columns).ToList();
        var constants = scan.ConstantColumns.ToList();
        if (scan.Files.IsEmpty)
        {
            return "SELECT " + string.Join(", ", shown.Select(static column =>
                $"NULL::{column.SqlType} AS {SqlText.Identifier(column.Name)}")) + " WHERE false";
        }
        var list = string.Join(", ", shown.Select(column =>
            $"{Value(column)} AS {SqlText.Identifier(column.Name)}"));
        var where = HasFilters(scan)
            ? $" WHERE {ScanFunctions.GivesRow}(getvariable('{name}_scan'), file_index, file_row_number)"
            : "";
        return $"SELECT {list} FROM read_parquet(getvariable('{name}_files'), schema = {Schema(scan)}){where}";

        string Value(ScanColumn column)
        {
            if (!column.IsConstant)
                return column.Expression;
            var constant =
                $"list_extract(getvariable('{name}_constant{constants.IndexOf(column)}'), file_index::BIGINT + 1)";
            return column.IsStored ? $"coalesce({constant}, {column.Expression})" : constant;
        }
    }

    static bool HasFilters(TableScan scan) => scan.Files.Any(static file => file.Rows is not null);

    /// <summary>What files are to be read as: missing columns are null, narrower types are widened.</summary>
    static string Schema(TableScan scan)
    {
        var stored = scan.Columns.Where(static column => column.IsStored).Select(static column =>
            $"{column.Key}: {{name: {SqlText.Literal(column.Alias)}, "
            + $"type: {SqlText.Literal(column.StoredType)}, default_value: NULL}}").ToList();
        return stored.Count > 0
            ? $"MAP {{{string.Join(", ", stored)}}}"
            // A table of partition columns alone: the files have other columns or none.
            : "MAP {'tapline_nothing': {name: 'tapline_nothing', type: 'INTEGER', default_value: NULL}}";
    }

    void Set(string variable, IEnumerable<string> literals, string type, CancellationToken ct) => _connection.Execute(
        $"SET VARIABLE {variable} = [{string.Join(", ", literals)}]::{type}[]", ct);
}
