namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of billing.payments.</summary>
sealed record PaymentRow(string Id, Guid AccountId, Guid? SubscriptionId, string? InvoiceId, string Kind,
    string Status, decimal Amount, string Currency, decimal FxRate, string? Method, string? FailureCode,
    long AttemptedAt, long CreatedAt, long UpdatedAt) : BarRow(BarTable.Payments)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(SubscriptionId).Add(InvoiceId).Add(Kind).Add(Status).AddDecimal(Amount, 2)
            .Add(Currency).AddDecimal(FxRate, 6).Add(Method).Add(FailureCode).AddTime(AttemptedAt)
            .AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
