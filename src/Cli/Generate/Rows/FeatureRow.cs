namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.features.</summary>
sealed record FeatureRow(long Id, string Key, string Name, string Category, string Status, string AudienceRoles,
    int MinPlanRank, DateOnly? ReleasedOn, long CreatedAt, long UpdatedAt) : BarRow(BarTable.Features)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(Key).Add(Name).Add(Category).Add(Status).Add(AudienceRoles).Add(MinPlanRank).Add(ReleasedOn)
            .AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
