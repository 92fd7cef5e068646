namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.page_events.</summary>
sealed record PageEventRow(long Id, Guid SessionId, Guid AccountId, Guid UserId, string Path, string EventName,
    string Properties, long OccurredAt, long ReceivedAt) : BarRow(BarTable.PageEvents)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(SessionId).Add(AccountId).Add(UserId).Add(Path).Add(EventName).Add(Properties)
            .AddTime(OccurredAt).AddTime(ReceivedAt);
    }
}
