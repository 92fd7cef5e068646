namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.experiment_assignments.</summary>
sealed record AssignmentRow(long ExperimentId, Guid UserId, Guid AccountId, long FeatureId, string Variant,
    long AssignedAt) : BarRow(BarTable.ExperimentAssignments)
{
    public override void Write(RowWriter row)
    {
        row.Add(ExperimentId).Add(UserId).Add(AccountId).Add(FeatureId).Add(Variant).AddTime(AssignedAt);
    }
}
