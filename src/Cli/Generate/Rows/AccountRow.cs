namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.accounts.</summary>
sealed record AccountRow(Guid Id, string Name, string Status, string Segment, string Industry, string Country,
    string Region, string Timezone, string? CsmOwner, bool IsTest, string Attributes, long CreatedAt, long UpdatedAt,
    long? ClosedAt) : BarRow(BarTable.Accounts)
{
    /// <summary>Of the column that was added later.</summary>
    public string? LoyaltyTier { get; init; }

    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(Name).Add(Status).Add(Segment).Add(Industry).Add(Country).Add(Region).Add(Timezone)
            .Add(CsmOwner).Add(IsTest).Add(Attributes).AddTime(CreatedAt).AddTime(UpdatedAt).AddTime(ClosedAt);
        if (row.HasAddedColumns)
            row.Add(LoyaltyTier);
    }
}
