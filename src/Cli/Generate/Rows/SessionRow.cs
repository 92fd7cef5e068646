namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.user_sessions.</summary>
sealed record SessionRow(Guid Id, Guid AccountId, Guid UserId, string Client, long StartedAt, long? EndedAt,
    int PageViews, long CreatedAt, long UpdatedAt) : BarRow(BarTable.UserSessions)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(UserId).Add(Client).AddTime(StartedAt).AddTime(EndedAt).Add(PageViews)
            .AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
