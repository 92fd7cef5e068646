using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Quarantine;

/// <summary>What the rows of a table must keep, made ready for one version of its schema. Costs nothing for a table
/// without a contract, and no memory for a row that keeps it.</summary>
sealed class TableContract
{
    readonly ImmutableArray<ContractRule> _rules;

    TableContract(ImmutableArray<ContractRule> rules) => _rules = rules;

    /// <summary>The contract for rows in the lake's layout; null when there is nothing to check.</summary>
    public static TableContract? Of(DeclaredTable? declared, EventPlan plan, TableLayout layout)
    {
        if (declared is null || !declared.Columns.Any(static column => column.HasContract))
            return null;
        var rules = ImmutableArray.CreateBuilder<ContractRule>();
        foreach (var column in declared.Columns.Where(static column => column.HasContract))
        {
            var source = plan.Events.IndexOf(column.Name);
            var place = source < 0 ? -1 : plan.FromEvent.IndexOf(source);
            rules.AddRange(ContractRule.Of(column, place, place < 0 ? null : layout.Columns[place]));
        }
        return new TableContract(rules.ToImmutable());
    }

    /// <summary>The first rule that a row breaks; null when it keeps them all.</summary>
    public ContractRule? BrokenBy(ColumnBatch batch, int row)
    {
        foreach (var rule in _rules)
        {
            if (!rule.Holds(batch, row))
                return rule;
        }
        return null;
    }
}
