namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.experiments.</summary>
sealed record ExperimentRow(long Id, long FeatureId, string Name, string Status, long? StartedAt, long? EndedAt,
    long CreatedAt, long UpdatedAt) : BarRow(BarTable.Experiments)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(FeatureId).Add(Name).Add(Status).AddTime(StartedAt).AddTime(EndedAt).AddTime(CreatedAt)
            .AddTime(UpdatedAt);
    }
}
