using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;

namespace Tapline.Streaming.Quarantine;

/// <summary>One thing that a column's values must keep, and the words for a row that does not.</summary>
abstract class ContractRule(string reason, string detail)
{
    /// <summary>One of <see cref="QuarantineReason"/>.</summary>
    public string Reason { get; } = reason;

    /// <summary>The column and what was wanted of it; never the value.</summary>
    public string Detail { get; } = detail;

    /// <summary>Whether a row keeps it.</summary>
    public abstract bool Holds(ColumnBatch batch, int row);

    /// <summary>The rules of a column at a place in its batches; -1 for a column that the table does not
    /// have.</summary>
    public static IEnumerable<ContractRule> Of(DeclaredColumn declared, int place, ColumnSchema? column)
    {
        var (name, count) = (declared.Name, declared.Accepted.Length);
        if (declared.NotNull)
        {
            yield return place < 0
                ? new Broken(QuarantineReason.ContractNotNull, $"column {name}: the table does not have it")
                : new Present(place, $"column {name}: is null");
        }
        if (place < 0 || column is null)
            yield break;
        if (count > 0)
            yield return Accepted(declared, place, column, $"column {name}: is none of the {count} accepted values");
        foreach (var bound in declared.Range)
        {
            yield return ContractValue.Parse(column, bound.Bound) is { } value
                ? new InRange(place, bound, value, $"column {name}: is not {Word(bound)} {bound.Bound}")
                : new Broken(QuarantineReason.ContractRange, $"column {name}: the bound is no {column.Type}");
        }
    }

    static ContractRule Accepted(DeclaredColumn declared, int place, ColumnSchema column, string detail)
    {
        var values = declared.Accepted.Select(text => ContractValue.Parse(column, text)).ToImmutableArray();
        return values.Contains(null)
            ? new Broken(QuarantineReason.ContractAccepted,
                $"column {declared.Name}: an accepted value is no {column.Type}")
            : new OneOf(place, values!, detail);
    }

    static string Word(RangeBound bound) => bound.Comparison switch
    {
        RangeComparison.AtLeast => ">=",
        RangeComparison.AtMost => "<=",
        RangeComparison.Above => ">",
        _ => "<",
    };

    sealed class Present(int place, string detail) : ContractRule(QuarantineReason.ContractNotNull, detail)
    {
        public override bool Holds(ColumnBatch batch, int row) => !batch.Columns[place].IsNull(row);
    }

    sealed class OneOf(int place, ImmutableArray<ColumnBuffer> values, string detail)
        : ContractRule(QuarantineReason.ContractAccepted, detail)
    {
        public override bool Holds(ColumnBatch batch, int row)
        {
            var column = batch.Columns[place];
            if (column.IsNull(row))
                return true;
            foreach (var value in values)
            {
                if (ContractValue.Compare(column, row, value) == 0)
                    return true;
            }
            return false;
        }
    }

    sealed class InRange(int place, RangeBound bound, ColumnBuffer value, string detail)
        : ContractRule(QuarantineReason.ContractRange, detail)
    {
        public override bool Holds(ColumnBatch batch, int row)
        {
            var column = batch.Columns[place];
            return column.IsNull(row) || bound.Holds(ContractValue.Compare(column, row, value));
        }
    }

    // A contract that cannot be checked is not taken for one that holds.
    sealed class Broken(string reason, string detail) : ContractRule(reason, detail)
    {
        public override bool Holds(ColumnBatch batch, int row) => false;
    }
}
