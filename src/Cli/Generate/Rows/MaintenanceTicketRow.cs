namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.maintenance_tickets.</summary>
sealed record MaintenanceTicketRow(long Id, Guid DeviceId, Guid LocationId, Guid AccountId, string Kind,
    string Priority, string Status, long OpenedAt, long? ScheduledStart, long? ScheduledEnd, long? StartedAt,
    long? ResolvedAt, decimal Cost, string? Notes, long CreatedAt,
    long UpdatedAt) : BarRow(BarTable.MaintenanceTickets)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(DeviceId).Add(LocationId).Add(AccountId).Add(Kind).Add(Priority).Add(Status)
            .AddTime(OpenedAt).AddTime(ScheduledStart).AddTime(ScheduledEnd).AddTime(StartedAt).AddTime(ResolvedAt)
            .AddDecimal(Cost, 2).Add(Notes).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
