using System.Globalization;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Makes SQL of scans whose text says all of it, for views that all connections of a database read. One a
/// database; safe from any thread.</summary>
public sealed class PinnedScans
{
    readonly RowFilters _filters = new();

    /// <summary>Prepares the database of a connection.</summary>
    public PinnedScans(DuckDbConnection connection) => ScanFunctions.Register(connection, _filters);

    /// <summary>Keeps what a scan's SQL needs until the pin is disposed.</summary>
    public PinnedScan Pin(TableScan scan) => new(_filters, scan);
}

/// <summary>A scan whose SQL can be run until this is disposed.</summary>
public sealed class PinnedScan : IDisposable
{
    readonly RowFilters _filters;
    readonly TableScan _scan;
    readonly long? _number;

    internal PinnedScan(RowFilters filters, TableScan scan)
    {
        _filters = filters;
        _scan = scan;
        if (ScanSession.HasFilters(scan))
            _number = filters.Add([.. scan.Files.Select(static file => file.Rows)]);
    }

    /// <summary>A SELECT of some columns of the scan; of all without <paramref name="columns"/>.</summary>
    public string Select(IEnumerable<ScanColumn>? columns = null)
    {
        var constants = _scan.ConstantColumns.ToList();
        return ScanText.Select(_scan, columns, new ScanParts(
            ScanText.List(_scan.Files.Select(static file => SqlText.File(file.Path)), "VARCHAR"),
            index => ScanText.List(_scan.Files.Select(file => file.Constants[index]), constants[index].SqlType),
            _number is { } number ? $"{number.ToString(CultureInfo.InvariantCulture)}::BIGINT" : null));
    }

    /// <summary>Forgets the row filters: SQL that is run later fails.</summary>
    public void Dispose()
    {
        if (_number is { } number)
            _filters.Remove(number);
    }
}
