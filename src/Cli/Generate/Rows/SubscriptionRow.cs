namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of billing.subscriptions.</summary>
sealed record SubscriptionRow(Guid Id, Guid AccountId, string PlanId, string Status, int Quantity, decimal UnitAmount,
    string BillingInterval, bool IsMetered, decimal DiscountPercent, long? DiscountEndsAt, string Currency,
    decimal FxRate, long StartedAt, long? TrialEndsAt, long? CurrentPeriodStart, long? CurrentPeriodEnd,
    bool CancelAtPeriodEnd, long? CanceledAt, string? CancelReason, long EffectiveAt, string ChangeKind,
    long CreatedAt, long UpdatedAt) : BarRow(BarTable.Subscriptions)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(PlanId).Add(Status).Add(Quantity).AddDecimal(UnitAmount, 2)
            .Add(BillingInterval).Add(IsMetered).AddDecimal(DiscountPercent, 2).AddTime(DiscountEndsAt)
            .Add(Currency).AddDecimal(FxRate, 6).AddTime(StartedAt).AddTime(TrialEndsAt).AddTime(CurrentPeriodStart)
            .AddTime(CurrentPeriodEnd).Add(CancelAtPeriodEnd).AddTime(CanceledAt).Add(CancelReason)
            .AddTime(EffectiveAt).Add(ChangeKind).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
