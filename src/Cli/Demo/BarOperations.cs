namespace Tapline.Cli.Demo;

/// <summary>What happens to venues and their taps.</summary>
sealed class BarOperations(BarModel model)
{
    /// <summary>A device's small columns change; its configuration, large for some, stays. The table has a full replica
    /// identity: the old row carries the large value.</summary>
    public BarTransaction UpdateDevice() => new("a device reports",
    [
        new BarStatement("UPDATE app.devices SET firmware_version = $2, status = $3, updated_at = $4 WHERE id = $1",
            model.Pick(model.Devices).Id, model.Pick(BarWords.Firmware), model.Chance(5) ? "maintenance" : "active",
            model.Now),
    ]);

    /// <summary>A device gets a new large configuration, or one part of its configuration changes.</summary>
    public BarTransaction Recalibrate() => model.Chance(30)
        ? new BarTransaction("a device is calibrated",
        [
            new BarStatement("UPDATE app.devices SET config = $2::jsonb, updated_at = $3 WHERE id = $1",
                model.Pick(model.Devices).Id, model.LargeJson("calibration"), model.Now),
        ])
        : new BarTransaction("a device is adjusted",
        [
            new BarStatement("UPDATE app.devices SET config = config || $2::jsonb, updated_at = $3 WHERE id = $1",
                model.Pick(model.Devices).Id, $$"""{"flow": {{model.Random.Next(90, 110) / 100m}}}""", model.Now),
        ]);

    /// <summary>A location's small columns change. The table has the default replica identity: where the address is
    /// large, the change carries a placeholder for it.</summary>
    public BarTransaction UpdateLocation() => new("a location changes",
    [
        new BarStatement("UPDATE app.locations SET seats = $2, updated_at = $3 WHERE id = $1",
            model.Pick(model.Locations).Id, model.Random.Next(20, 300), model.Now),
    ]);

    /// <summary>A venue moves its bar: part of its floor plan changes, or it gets its first one.</summary>
    public BarTransaction MoveBar() => new("a floor plan changes",
    [
        new BarStatement("UPDATE app.locations SET address = address || $2::jsonb, updated_at = $3 WHERE id = $1",
            model.Pick(model.Locations).Id,
            model.Chance(20) ? model.LargeJson("floor_plan") : $$"""{"revision": {{model.Random.Next(1_000)}}}""",
            model.Now),
    ]);

    /// <summary>A repair is asked for with its device out of service, or done.</summary>
    public BarTransaction Maintain()
    {
        if (model.OpenMaintenance.Count > 0 && model.Chance(50))
        {
            return new BarTransaction("a repair is done",
            [
                new BarStatement(
                    "UPDATE app.maintenance_tickets SET status = 'resolved', resolved_at = $2, cost = $3, notes = $4, "
                    + "updated_at = $2 WHERE id = $1",
                    model.Take(model.OpenMaintenance), model.Now, model.Money(0, 500),
                    "seal replaced;\n\"quoted\" \\ done"),
            ]);
        }
        var (id, device) = (model.Next("maintenance"), model.Pick(model.Devices));
        model.OpenMaintenance.Add(id);
        return new BarTransaction("a repair is asked for",
        [
            new BarStatement(
                "INSERT INTO app.maintenance_tickets (id, device_id, location_id, account_id, kind, priority, status, "
                + "opened_at, created_at, updated_at) VALUES ($1, $2, $3, $4, 'corrective', $5, 'open', $6, $6, $6)",
                id, device.Id, device.Location, device.Account, model.Pick(BarWords.Priorities), model.Now),
            new BarStatement("UPDATE app.devices SET status = 'maintenance', updated_at = $2 WHERE id = $1", device.Id,
                model.Now),
        ]);
    }
}
