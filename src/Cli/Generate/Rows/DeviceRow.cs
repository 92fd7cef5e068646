namespace Tapline.Cli.Generate.Rows;

/// <summary>A row of app.devices.</summary>
sealed record DeviceRow(Guid Id, string SerialNumber, Guid AccountId, Guid LocationId, string Model,
    string HwRevision, string FirmwareVersion, string Status, int LineNo, string? ProductName, string Timezone,
    long? InstalledAt, long? RetiredAt, DateOnly? WarrantyUntil, string Config, long CreatedAt,
    long UpdatedAt) : BarRow(BarTable.Devices)
{
    public override void Write(RowWriter row)
    {
        row.Add(Id).Add(SerialNumber).Add(AccountId).Add(LocationId).Add(Model).Add(HwRevision).Add(FirmwareVersion)
            .Add(Status).Add(LineNo).Add(ProductName).Add(Timezone).AddTime(InstalledAt).AddTime(RetiredAt)
            .Add(WarrantyUntil).Add(Config).AddTime(CreatedAt).AddTime(UpdatedAt);
    }
}
