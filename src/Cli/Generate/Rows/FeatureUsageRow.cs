namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.feature_usage_events.</summary>
sealed record FeatureUsageRow(long Id, Guid AccountId, Guid UserId, long FeatureId, Guid? LocationId, string Action,
    int? DurationMs, string Properties, long OccurredAt, long ReceivedAt) : BarRow(BarTable.FeatureUsageEvents)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(UserId).Add(FeatureId).Add(LocationId).Add(Action).Add(DurationMs)
            .Add(Properties).AddTime(OccurredAt).AddTime(ReceivedAt);
    }
}
