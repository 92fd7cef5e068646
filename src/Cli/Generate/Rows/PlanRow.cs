namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of billing.plans.</summary>
sealed record PlanRow(string Id, string Name, int PlanRank, string BillingInterval, decimal UnitAmount,
    bool IsMetered, bool Active, long CreatedAt, long UpdatedAt) : BarRow(BarTable.Plans)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(Name).Add(PlanRank).Add(BillingInterval).AddDecimal(UnitAmount, 2).Add(IsMetered)
            .Add(Active).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
