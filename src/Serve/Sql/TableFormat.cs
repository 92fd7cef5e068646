using System.Collections.Immutable;
using System.Text;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Sql;

/// <summary>Columns side by side. Their width comes from the first rows; a longer value later moves its line. A cell
/// shows at most 80 characters.</summary>
sealed class TableFormat(TextWriter output) : ISqlWriter
{
    const int MeasuredRowsMax = 1_000;
    const int CellLengthMax = 80;
    readonly List<string[]> _held = [];
    ImmutableArray<DuckDbColumn> _columns = [];
    int[]? _widths;

    public bool NestedAsJson => false;

    public void Begin(ImmutableArray<DuckDbColumn> columns) => _columns = columns;

    public void Row(ReadOnlySpan<string?> values)
    {
        var cells = new string[values.Length];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = Cell(values[i]);
        if (_widths is not null)
        {
            WriteLine(cells, _widths);
            return;
        }
        _held.Add(cells);
        if (_held.Count == MeasuredRowsMax)
            WriteHeld();
    }

    public void End()
    {
        if (_widths is null)
            WriteHeld();
    }

    void WriteHeld()
    {
        _widths = [.. _columns.Select(static column => Length(Cell(column.Name)))];
        foreach (var cells in _held)
        {
            for (var i = 0; i < cells.Length; i++)
                _widths[i] = Math.Max(_widths[i], Length(cells[i]));
        }
        WriteLine([.. _columns.Select(static column => Cell(column.Name))], _widths);
        output.WriteLine(string.Join("─┼─", _widths.Select(static width => new string('─', width))));
        foreach (var cells in _held)
            WriteLine(cells, _widths);
        _held.Clear();
    }

    void WriteLine(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                line.Append(" │ ");
            var padding = Math.Max(0, widths[i] - Length(cells[i]));
            if (IsNumber(_columns[i].Type))
                line.Append(' ', padding).Append(cells[i]);
            else
                line.Append(cells[i]).Append(' ', padding);
        }
        output.WriteLine(line.ToString().TrimEnd(' '));
    }

    static string Cell(string? value)
    {
        if (value is null)
            return "NULL";
        var text = new StringBuilder();
        var length = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            if (++length > CellLengthMax)
                return text.Append('…').ToString();
            _ = rune.Value switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                // What could move the cursor or change colours of the reader's terminal is shown as a sign.
                _ when Rune.IsControl(rune) => text.Append('�'),
                _ => text.Append(rune.ToString()),
            };
        }
        return text.ToString();
    }

    static int Length(string cell) => cell.EnumerateRunes().Count();

    static bool IsNumber(DuckDbType type) => type.Kind
        is (>= DuckDbTypeKind.TinyInt and <= DuckDbTypeKind.Double)
        or DuckDbTypeKind.HugeInt or DuckDbTypeKind.UHugeInt or DuckDbTypeKind.Decimal;
}
