using System.Diagnostics;
using System.Numerics;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Models;

namespace Tapline.Streaming.Models;

/// <summary>Merges the values of a fold's column. What has no value changes nothing, as in SQL's aggregates.</summary>
static class Merging
{
    /// <summary>Adds to <paramref name="target"/> what the stored value (row 0) and a new one are together.</summary>
    public static void Combine(Combiner combiner, ColumnBuffer stored, ColumnBuffer added, int row, ColumnBuffer target)
    {
        if (stored.IsNull(0) || combiner == Combiner.Key)
            target.AppendFrom(added, row);
        else if (added.IsNull(row))
            target.AppendFrom(stored, 0);
        else if (combiner is Combiner.Min or Combiner.Max
            && Compare(stored, added, row) > 0 == (combiner == Combiner.Max))
            target.AppendFrom(stored, 0);
        else if (combiner is Combiner.Min or Combiner.Max)
            target.AppendFrom(added, row);
        else
            Calculate(combiner, stored, added, row, target);
    }

    /// <summary>Adds to <paramref name="target"/> the stored value (row 0; none stands for zero) without the removed
    /// one.</summary>
    public static void Subtract(ColumnBuffer stored, ColumnBuffer removed, int row, ColumnBuffer target)
    {
        if (removed.IsNull(row))
        {
            if (stored.Count == 0)
                target.AppendNull();
            else
                target.AppendFrom(stored, 0);
            return;
        }
        switch (target.Width)
        {
            case sizeof(int):
                target.Append((stored.Count == 0 ? 0 : stored.Int32s[0]) - removed.Int32s[row]);
                break;
            case sizeof(long):
                target.Append((stored.Count == 0 ? 0 : stored.Int64s[0]) - removed.Int64s[row]);
                break;
            default:
                target.Append((stored.Count == 0 ? 0 : stored.Int128s[0]) - removed.Int128s[row]);
                break;
        }
    }

    static void Calculate(Combiner combiner, ColumnBuffer stored, ColumnBuffer added, int row, ColumnBuffer target)
    {
        switch (target.Type, target.Width)
        {
            case (ColumnType.Float64, _):
                target.Append(stored.Float64s[0] + added.Float64s[row]);
                break;
            case (_, sizeof(int)):
                target.Append(Calculate(combiner, stored.Int32s[0], added.Int32s[row]));
                break;
            case (_, sizeof(long)):
                target.Append(Calculate(combiner, stored.Int64s[0], added.Int64s[row]));
                break;
            default:
                target.Append(Calculate(combiner, stored.Int128s[0], added.Int128s[row]));
                break;
        }
    }

    static T Calculate<T>(Combiner combiner, T one, T other)
        where T : IBinaryInteger<T> => combiner switch
        {
            Combiner.Sum => checked(one + other),
            Combiner.BitOr => one | other,
            Combiner.BitAnd => one & other,
            _ => throw new UnreachableException(),
        };

    // As DuckDB orders: text by its bytes, NaN above all numbers.
    static int Compare(ColumnBuffer stored, ColumnBuffer added, int row) => stored.Type switch
    {
        ColumnType.String or ColumnType.Binary => stored.Value(0).SequenceCompareTo(added.Value(row)),
        ColumnType.Boolean => stored.Booleans[0].CompareTo(added.Booleans[row]),
        ColumnType.Float64 => Compare(stored.Float64s[0], added.Float64s[row]),
        ColumnType.Float32 => Compare(stored.Float32s[0], added.Float32s[row]),
        _ => stored.Width switch
        {
            sizeof(int) => stored.Int32s[0].CompareTo(added.Int32s[row]),
            sizeof(long) => stored.Int64s[0].CompareTo(added.Int64s[row]),
            _ => stored.Int128s[0].CompareTo(added.Int128s[row]),
        },
    };

    static int Compare(double one, double other) =>
        double.IsNaN(one) || double.IsNaN(other)
            ? double.IsNaN(one).CompareTo(double.IsNaN(other))
            : one.CompareTo(other);
}
