namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of billing.invoices.</summary>
sealed record InvoiceRow(string Id, Guid AccountId, Guid? SubscriptionId, string Number, string Status,
    string Currency, decimal FxRate, decimal Subtotal, decimal DiscountTotal, decimal Tax, decimal Total,
    decimal AmountPaid, long? IssuedAt, long? DueAt, long? PaidAt, long? PeriodStart, long? PeriodEnd, string Lines,
    long CreatedAt, long UpdatedAt) : BarRow(BarTable.Invoices)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(SubscriptionId).Add(Number).Add(Status).Add(Currency).AddDecimal(FxRate, 6)
            .AddDecimal(Subtotal, 2).AddDecimal(DiscountTotal, 2).AddDecimal(Tax, 2).AddDecimal(Total, 2)
            .AddDecimal(AmountPaid, 2).AddTime(IssuedAt).AddTime(DueAt).AddTime(PaidAt).AddTime(PeriodStart)
            .AddTime(PeriodEnd).Add(Lines).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
