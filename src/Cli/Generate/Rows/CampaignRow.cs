namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of marketing.campaigns.</summary>
sealed record CampaignRow(Guid Id, string Name, string Channel, string Objective, string Status, decimal Budget,
    DateOnly? StartDate, DateOnly? EndDate, string Utm, string? Owner, long CreatedAt,
    long UpdatedAt) : BarRow(BarTable.Campaigns)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(Name).Add(Channel).Add(Objective).Add(Status).AddDecimal(Budget, 2).Add(StartDate)
            .Add(EndDate).Add(Utm).Add(Owner).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
