namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.users.</summary>
sealed record UserRow(Guid Id, Guid AccountId, Guid? LocationId, string Email, string FullName, string Role,
    string Status, string Preferences, long? LastLoginAt, long CreatedAt, long UpdatedAt) : BarRow(BarTable.Users)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(LocationId).Add(Email).Add(FullName).Add(Role).Add(Status).Add(Preferences)
            .AddTime(LastLoginAt).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
