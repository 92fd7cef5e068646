using Tapline.Cli.Running;

namespace Tapline.Cli.Bench;

/// <summary>How much is measured.</summary>
/// <param name="Rows">Rows of the snapshot and of the lake's table, changes of the stream; the stages take at most
/// 100 000.</param>
/// <param name="Runs">Runs of each candidate; the middle one counts.</param>
/// <param name="Time">The clock.</param>
sealed record BenchOptions(int Rows, int Runs, TimeProvider Time)
{
    /// <summary>Devices that are connected by MQTT.</summary>
    public int Connections { get; init; } = 1000;

    /// <summary>Messages that they publish in all.</summary>
    public int Messages { get; init; } = 100_000;

    /// <summary>Messages a second while results of windows are waited for.</summary>
    public int Rate { get; init; } = 5000;

    /// <summary>Where the temporary folder is made.</summary>
    public string Root { get; init; } = Path.GetTempPath();

    /// <summary>A bucket where the lake is measured, too; null for none.</summary>
    public BucketAddress? Bucket { get; init; }
}
