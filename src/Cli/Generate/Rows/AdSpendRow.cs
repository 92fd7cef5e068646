namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of marketing.ad_spend.</summary>
sealed record AdSpendRow(Guid CampaignId, DateOnly SpendDate, string Platform, decimal Amount, long Impressions,
    long Clicks, string Currency, decimal FxRate, long CreatedAt, long UpdatedAt) : BarRow(BarTable.AdSpend)
{
    public override void Write(RowWriter row)
    {
        row.Add(CampaignId).Add(SpendDate).Add(Platform).AddDecimal(Amount, 2).Add(Impressions).Add(Clicks)
            .Add(Currency).AddDecimal(FxRate, 6).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
