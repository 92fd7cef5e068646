namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of marketing.touches.</summary>
sealed record TouchRow(long Id, Guid LeadId, Guid? CampaignId, string Kind, string Properties, long TouchedAt,
    long ReceivedAt) : BarRow(BarTable.Touches)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(LeadId).Add(CampaignId).Add(Kind).Add(Properties).AddTime(TouchedAt).AddTime(ReceivedAt);
    }
}
