using System.Collections.Immutable;
using Tapline.Models;

namespace Tapline.Streaming.Models;

/// <summary>The way between the rows of an input and the keys of a model, both ways over indexes.</summary>
abstract class PathPlan(RelationRows rows)
{
    /// <summary>The input.</summary>
    public RelationRows Rows { get; } = rows;

    /// <summary>The slots that were found for the keys of a run.</summary>
    public List<int> Slots { get; } = [];

    /// <summary>The plans of a model's inputs, those that others are joined to first.</summary>
    public static ImmutableArray<PathPlan> Of(Model model, Func<string, RelationRows> rowsOf)
    {
        var inputs = model.Inputs.ToDictionary(static input => input.Name, StringComparer.Ordinal);
        var plans = new Dictionary<string, PathPlan>(StringComparer.Ordinal);
        var order = ImmutableArray.CreateBuilder<PathPlan>();
        foreach (var input in model.Inputs)
            Plan(input);
        return order.ToImmutable();

        PathPlan Plan(ModelInput input)
        {
            if (plans.TryGetValue(input.Name, out var known))
                return known;
            var rows = rowsOf(input.Name);
            PathPlan plan = input.Path switch
            {
                InputPath.All => new EveryRow(rows),
                InputPath.Direct direct => new DirectPath(rows, direct.Columns),
                InputPath.Join join => new JoinPath(rows, join.Columns, Plan(inputs[join.Other]), join.OtherColumns),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            plans.Add(input.Name, plan);
            order.Add(plan);
            return plan;
        }
    }

    /// <summary>Adds the keys that the changed rows have to do with; true when that is all.</summary>
    public abstract bool Mark(CausedKeys keys);

    /// <summary>Adds the key that one row has to do with, and the rows that lead on from it.</summary>
    public abstract void Lead(int slot, long causeUs, CausedKeys keys);

    /// <summary>Finds the rows that have to do with some keys.</summary>
    public abstract void Find(IReadOnlyList<byte[]> keys);

    /// <summary>Adds the keys of all rows that have one.</summary>
    public virtual void AddAll(CausedKeys keys, long causeUs)
    {
    }

    /// <summary>Small: every row has to do with every key.</summary>
    sealed class EveryRow(RelationRows rows) : PathPlan(rows)
    {
        public override bool Mark(CausedKeys keys) => Rows.HasChanged;

        public override void Lead(int slot, long causeUs, CausedKeys keys) =>
            throw new InvalidOperationException("a path ends in all rows");

        public override void Find(IReadOnlyList<byte[]> keys)
        {
            Slots.Clear();
            Slots.AddRange(Rows.State.LiveSlots());
        }
    }

    /// <summary>The row has the key.</summary>
    sealed class DirectPath(RelationRows rows, ImmutableArray<string> columns) : PathPlan(rows)
    {
        readonly RowWatch _watch = rows.Watch(columns);

        public override bool Mark(CausedKeys keys)
        {
            foreach (var (key, causeUs) in _watch.Changed.All)
                keys.Add(key, causeUs);
            return false;
        }

        public override void Lead(int slot, long causeUs, CausedKeys keys) =>
            keys.Add(_watch.Key.Of(Rows.State.Row(slot)), causeUs);

        public override void Find(IReadOnlyList<byte[]> keys)
        {
            Slots.Clear();
            foreach (var key in keys)
                _watch.Index.Find(key, Slots);
        }

        public override void AddAll(CausedKeys keys, long causeUs)
        {
            foreach (var key in _watch.Index.Keys)
                keys.Add(key, causeUs);
        }
    }

    /// <summary>The row is joined to rows of another input.</summary>
    sealed class JoinPath(
        RelationRows rows, ImmutableArray<string> columns, PathPlan other, ImmutableArray<string> otherColumns)
        : PathPlan(rows)
    {
        readonly RowWatch _watch = rows.Watch(columns);
        readonly RowWatch _otherWatch = other.Rows.Watch(otherColumns);
        readonly CausedKeys _wanted = new();

        public override bool Mark(CausedKeys keys)
        {
            foreach (var (value, causeUs) in _watch.Changed.All)
                LeadOn(value, causeUs, keys);
            return false;
        }

        public override void Lead(int slot, long causeUs, CausedKeys keys) =>
            LeadOn(_watch.Key.Of(Rows.State.Row(slot)).ToArray(), causeUs, keys);

        public override void Find(IReadOnlyList<byte[]> keys)
        {
            _wanted.Clear();
            foreach (var slot in other.Slots)
                _wanted.Add(_otherWatch.Key.Of(other.Rows.State.Row(slot)), 0);
            Slots.Clear();
            foreach (var value in _wanted.All.Keys)
                _watch.Index.Find(value, Slots);
        }

        void LeadOn(byte[] value, long causeUs, CausedKeys keys)
        {
            if (value.Length == 0)
                return;
            var slots = new List<int>();
            _otherWatch.Index.Find(value, slots);
            foreach (var slot in slots)
                other.Lead(slot, causeUs, keys);
        }
    }
}
