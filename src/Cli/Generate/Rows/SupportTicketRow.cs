namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.support_tickets.</summary>
sealed record SupportTicketRow(long Id, Guid AccountId, Guid? UserId, Guid? LocationId, string Channel,
    string Category, string Subject, string Priority, string Status, long OpenedAt, long? FirstResponseAt,
    long? SolvedAt, long? SlaDueAt, int ReopenedCount, int? Csat, long CreatedAt,
    long UpdatedAt) : BarRow(BarTable.SupportTickets)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(UserId).Add(LocationId).Add(Channel).Add(Category).Add(Subject).Add(Priority)
            .Add(Status).AddTime(OpenedAt).AddTime(FirstResponseAt).AddTime(SolvedAt).AddTime(SlaDueAt)
            .Add(ReopenedCount).Add(Csat).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
