namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of marketing.leads.</summary>
sealed record LeadRow(Guid Id, Guid? CampaignId, Guid? AccountId, string Email, string? Company, string Status,
    int? Score, long? ConvertedAt, long CreatedAt, long UpdatedAt) : BarRow(BarTable.Leads)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(CampaignId).Add(AccountId).Add(Email).Add(Company).Add(Status).Add(Score)
            .AddTime(ConvertedAt).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
