namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.locations.</summary>
sealed record LocationRow(Guid Id, Guid AccountId, string Name, string VenueType, string Status, string City,
    string Region, string Country, decimal Latitude, decimal Longitude, string Timezone, int Seats, string Address,
    DateOnly? OpenedOn, DateOnly? ClosedOn, long CreatedAt, long UpdatedAt) : BarRow(BarTable.Locations)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(AccountId).Add(Name).Add(VenueType).Add(Status).Add(City).Add(Region).Add(Country)
            .AddDecimal(Latitude, 6).AddDecimal(Longitude, 6).Add(Timezone).Add(Seats).Add(Address).Add(OpenedOn)
            .Add(ClosedOn).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
