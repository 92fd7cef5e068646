using System.Collections.Immutable;
using System.Globalization;

namespace Tapline.Streaming.Windows;

/// <summary>The aggregates of some events. Sums are decimal: they do not depend on the order in which events
/// came.</summary>
sealed class WindowValues
{
    readonly ImmutableArray<WindowAggregate> _aggregates;
    readonly Cell[] _cells;

    public WindowValues(ImmutableArray<WindowAggregate> aggregates)
    {
        _aggregates = aggregates;
        _cells = new Cell[aggregates.Length];
        for (var i = 0; i < _cells.Length; i++)
            _cells[i].Distinct = aggregates[i].Kind == AggregateKind.Distinct ? new DistinctValues() : null;
    }

    /// <summary>Takes an event: an argument for each aggregate.</summary>
    public void Add(ReadOnlySpan<WindowArgument> arguments)
    {
        for (var i = 0; i < _cells.Length; i++)
        {
            ref readonly var argument = ref arguments[i];
            if (argument.IsThere || _aggregates[i].Field is null)
                _cells[i].Add(_aggregates[i].Kind, argument);
        }
    }

    /// <summary>Takes the events of another one.</summary>
    public void Merge(WindowValues other)
    {
        for (var i = 0; i < _cells.Length; i++)
            _cells[i].Merge(_aggregates[i].Kind, other._cells[i]);
    }

    /// <summary>One value an aggregate.</summary>
    public ImmutableArray<decimal?> ToResult()
    {
        var values = ImmutableArray.CreateBuilder<decimal?>(_cells.Length);
        for (var i = 0; i < _cells.Length; i++)
            values.Add(_cells[i].Result(_aggregates[i].Kind));
        return values.MoveToImmutable();
    }

    struct Cell
    {
        long _count;
        decimal _value;

        public DistinctValues? Distinct { get; set; }

        public void Add(AggregateKind kind, in WindowArgument argument)
        {
            if (kind == AggregateKind.Distinct)
                Distinct!.Add(argument.Text ?? argument.Number.ToString(CultureInfo.InvariantCulture));
            else if (kind != AggregateKind.Count)
                _value = Combine(kind, argument.Number);
            _count++;
        }

        public void Merge(AggregateKind kind, in Cell other)
        {
            if (other._count == 0)
                return;
            if (kind == AggregateKind.Distinct)
                Distinct!.Merge(other.Distinct!);
            else if (kind != AggregateKind.Count)
                _value = Combine(kind, other._value);
            _count += other._count;
        }

        // Counts and sums of nothing are 0, everything else of nothing is nothing.
        public readonly decimal? Result(AggregateKind kind) => kind switch
        {
            AggregateKind.Count => _count,
            AggregateKind.Distinct => Distinct!.Count,
            AggregateKind.Sum => _value,
            _ when _count == 0 => null,
            AggregateKind.Average => _value / _count,
            _ => _value,
        };

        readonly decimal Combine(AggregateKind kind, decimal next) => kind switch
        {
            AggregateKind.Min => _count == 0 ? next : Math.Min(_value, next),
            AggregateKind.Max => _count == 0 ? next : Math.Max(_value, next),
            _ => _value + next,
        };
    }
}
