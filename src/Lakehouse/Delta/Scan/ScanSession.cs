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
    public static string Select(string name, TableScan scan, IEnumerable<ScanColumn>? columns = null) =>
        ScanText.Select(scan, columns, new ScanParts(
            $"getvariable('{name}_files')",
            index => $"getvariable('{name}_constant{index}')",
            HasFilters(scan) ? $"getvariable('{name}_scan')" : null));

    internal static bool HasFilters(TableScan scan) => scan.Files.Any(static file => file.Rows is not null);

    void Set(string variable, IEnumerable<string> literals, string type, CancellationToken ct) => _connection.Execute(
        $"SET VARIABLE {variable} = {ScanText.List(literals, type)}", ct);
}
