using Tapline.Contracts;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tables;

/// <summary>Decides record by record whether a table's columns have to change, by the order of the source's positions
/// and the table's policy, and tells the schema history.</summary>
/// <param name="layout">The columns in the lake.</param>
/// <param name="changes">Takes what changed.</param>
/// <param name="policy">What may change.</param>
/// <param name="highest">The highest position that the lake has of the table.</param>
sealed class SchemaFollower(
    TableLayout layout, SchemaHistoryBuffer changes, EvolutionPolicy policy, SourcePosition highest)
{
    TableSchema? _followed;
    SourcePosition _highest = highest;

    /// <summary>Whether no epoch has the table yet. Ends with the first row.</summary>
    public bool IsNew { get; set; }

    /// <summary>Brings the layout up to the schema of a record, unless the policy holds it back
    /// (<see cref="EventPlan.Held"/>). A record from before the newest change of columns, out of another partition,
    /// changes nothing. Null when the layout is as it was.</summary>
    public LayoutChange? Follow(EventPlan plan, in RowMeta at)
    {
        LayoutChange? change = null;
        if (!ReferenceEquals(_followed, plan.Events))
        {
            if (at.Position != default && at.Position.CompareTo(_highest) < 0)
                change = layout.AddRetired(plan.Events);
            else if (!IsHeld(plan, at))
                change = FollowNewest(plan.Events, at);
        }
        if (plan.Held is null && at.Position.CompareTo(_highest) > 0)
            _highest = at.Position;
        return change;
    }

    /// <summary>Takes note that the source counts its positions anew.</summary>
    public void Restart() => _highest = default;

    bool IsHeld(EventPlan plan, in RowMeta at)
    {
        if (policy != EvolutionPolicy.Exception || IsNew)
            return false;
        if (plan.Held is null && layout.Compare(plan.Events) is { Count: > 0 } found)
        {
            foreach (var change in found)
                changes.AddOnce(plan.Events, change with { Outcome = "quarantined" }, at.Position, at.IngestedUs);
            plan.Held = string.Join(", ", found.Select(static change =>
                $"{change.Column} {change.What}: {change.OldType ?? "nothing"} to {change.NewType ?? "nothing"}"));
        }
        return plan.Held is not null;
    }

    LayoutChange? FollowNewest(TableSchema schema, in RowMeta at)
    {
        if (IsNew)
        {
            foreach (var column in schema.Columns)
            {
                var created = new ColumnChange(column.Name, "created", null, column.SourceType, "taken");
                changes.Add(schema, created, at.Position, at.IngestedUs);
            }
            IsNew = false;
        }
        var change = layout.Evolve(schema, policy);
        foreach (var column in change?.Columns ?? [])
            changes.Add(schema, column, at.Position, at.IngestedUs);
        _followed = schema;
        if (policy != EvolutionPolicy.Ignore)
            return change;
        foreach (var ignored in layout.Compare(schema).Where(static column => column.What == "added"))
            changes.AddOnce(schema, ignored with { Outcome = "ignored" }, at.Position, at.IngestedUs);
        return change;
    }
}
