using System.Globalization;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Models;

namespace Tapline.Models.Tests.Law;

/// <summary>Makes rows of any relation out of few values, so that keys meet and rows move between parents.</summary>
sealed class RandomRow(Random random, ModelPackage package)
{
    const long DayUs = 86_400_000_000;
    const int Names = 5;

    /// <summary>A row of a relation around a time. Columns whose name another relation's key ends with share their
    /// values.</summary>
    public ColumnBatch Of(Relation relation, long nowUs)
    {
        var row = new ColumnBatch(relation.Columns);
        var declared = DeclaredColumns(relation);
        for (var i = 0; i < row.Columns.Length; i++)
        {
            var column = relation.Columns[i];
            Append(row.Columns[i], column, declared.FirstOrDefault(other => other.Name == column.Name), nowUs);
        }
        return row;
    }

    IReadOnlyList<DeclaredColumn> DeclaredColumns(Relation relation) => relation.Kind == RelationKind.Stream
        ? package.Sources.Devices.Stream(relation.Stream).Columns
        : package.Sources.Tables.First(table => table.Pattern == relation.Table.ToString()).Columns;

    void Append(ColumnBuffer target, ColumnSchema column, DeclaredColumn? declared, long nowUs)
    {
        var mayBeNull = !column.IsKey && declared?.NotNull != true && column.Name is not ("device_id" or "ts");
        if (mayBeNull && random.Next(8) == 0)
        {
            target.AppendNull();
            return;
        }
        switch (column.Type)
        {
            case ColumnType.Boolean:
                target.Append(random.Next(2) == 0);
                break;
            case ColumnType.Int16 or ColumnType.Int32:
                target.Append((int)Number(declared, IsName(column) ? Names : 1000, scale: 0));
                break;
            case ColumnType.Int64:
                target.Append(Number(declared, IsName(column) ? Names * 4 : 1000, scale: 0));
                break;
            case ColumnType.Decimal when target.Width == sizeof(long):
                target.Append(Number(declared, 30_000, column.Scale));
                break;
            case ColumnType.Decimal:
                target.Append((Int128)Number(declared, 30_000, column.Scale));
                break;
            case ColumnType.Float64:
                target.Append(random.Next(1000) / 8.0);
                break;
            case ColumnType.Float32:
                target.Append(random.Next(1000) / 8f);
                break;
            case ColumnType.Date:
                target.Append((int)(nowUs / DayUs) - random.Next(-1, 40));
                break;
            case ColumnType.Timestamp:
                target.Append(nowUs - random.NextInt64(-DayUs / 24, 3 * DayUs));
                break;
            default:
                target.Append(Encoding.UTF8.GetBytes(Text(column, declared)));
                break;
        }
    }

    // Within what the contract lets in: other rows reach no model.
    long Number(DeclaredColumn? declared, int below, int scale)
    {
        var (least, most) = (0m, (decimal)(below - 1));
        var unit = 1m;
        for (var i = 0; i < scale; i++)
            unit *= 10;
        foreach (var bound in declared?.Range ?? [])
        {
            var value = decimal.Parse(bound.Bound, CultureInfo.InvariantCulture) * unit;
            if (bound.Comparison is RangeComparison.AtLeast or RangeComparison.Above)
                least = value + (bound.Comparison == RangeComparison.Above ? 1 : 0);
            else
                most = Math.Min(most, value - (bound.Comparison == RangeComparison.Below ? 1 : 0));
        }
        return random.NextInt64((long)least, Math.Max((long)most, (long)least) + 1);
    }

    string Text(ColumnSchema column, DeclaredColumn? declared)
    {
        if (declared?.Accepted is { Length: > 0 } accepted)
            return accepted[random.Next(accepted.Length)];
        if (column.Name.Contains("timezone", StringComparison.Ordinal))
            return new[] { "America/New_York", "Europe/London", "Asia/Kolkata" }[random.Next(3)];
        if (column.SourceType is "json" or "jsonb")
            return "{}";
        if (column.SourceType.EndsWith("[]", StringComparison.Ordinal))
            return """["owner","manager"]""";
        return $"{(IsName(column) ? "k" : "v")}{random.Next(Names)}";
    }

    static bool IsName(ColumnSchema column) =>
        column.IsKey || column.Name == "id" || column.Name.EndsWith("_id", StringComparison.Ordinal);
}
