using Tapline.Cli.Simulation.Taps;
using Tapline.Cli.Terminal;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation;

/// <summary>A fleet of taps let loose on a target, shown while it lives.</summary>
sealed class DeviceSimulation(IReadOnlyList<TapPlace> places, FleetOptions options, Screen screen, TimeProvider time)
{
    // Seconds between two heartbeats, which are nearly all of a fleet's messages.
    const double SecondsAMessage = 57;

    static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>When a fleet must begin to be about at the present when it ends.</summary>
    public static DateTimeOffset StartFor(int count, FleetPace pace, DateTimeOffset now)
    {
        var life = pace switch
        {
            FleetPace.Rate rate => rate.PerSecond * rate.Duration.TotalSeconds * SecondsAMessage / count,
            FleetPace.Speed speed => speed.Factor * speed.Duration.TotalSeconds,
            _ => 0,
        };
        var start = now - TimeSpan.FromSeconds(life);
        return start - TimeSpan.FromTicks(start.Ticks % TimeSpan.TicksPerSecond);
    }

    /// <summary>Connects the fleet and lets it live as long as it is to, or until cancelled.</summary>
    public async Task<FleetReport> RunAsync(IFleetTarget target, CancellationToken ct)
    {
        var world = new TapWorld(options.Seed, options.Start, options.Faults);
        await using var fleet = new FleetRun(world.Devices(places), options, target, time);
        var began = time.GetTimestamp();
        await fleet.ConnectAsync(ct);
        screen.Progress($"  devices   {Units.Count(places.Count)} connected to {target} in "
            + Units.Time(time.GetElapsedTime(began)));
        began = time.GetTimestamp();
        var living = fleet.RunAsync(ct);
        await ShowAsync(fleet, living);
        return new FleetReport(
            places.Count, options, fleet.Ledger, time.GetElapsedTime(began), await living);
    }

    async Task ShowAsync(FleetRun fleet, Task living)
    {
        var before = 0L;
        while (await Task.WhenAny(living, Task.Delay(LineInterval, time)) != living)
        {
            var sent = fleet.Ledger.Sent;
            screen.Progress($"  devices   {fleet.Now:yyyy-MM-dd HH:mm:ss} there, {Units.Count(sent)} sent, "
                + $"{Units.Count((long)((sent - before) / LineInterval.TotalSeconds))} a second, "
                + $"{Units.Count(fleet.Ledger.Owed)} not acknowledged yet, "
                + $"{Units.Count(fleet.Ledger.Connections)} connected");
            before = sent;
        }
    }
}
