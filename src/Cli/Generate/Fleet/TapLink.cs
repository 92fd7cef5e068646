using Tapline.Cli.Generate.Business;
using Tapline.Cli.Simulation.Taps;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Fleet;

/// <summary>A tap's connection, whatever it is made of.</summary>
sealed class TapLink(TapDevice life, Tap? tap)
{
    /// <summary>What it does.</summary>
    public TapDevice Life => life;

    /// <summary>Which tap it is; null for one that nobody knows.</summary>
    public Tap? Tap => tap;

    /// <summary>Whether it has a connection, if it is switched on.</summary>
    public bool IsConnected { get; set; }

    /// <summary>Whether it is switched off.</summary>
    public bool IsOff { get; set; }

    /// <summary>What is published when its connection is lost.</summary>
    public DeviceMessageBody? Will { get; set; }

    /// <summary>What waits for a connection.</summary>
    public Queue<SyntheticMessage> Waiting { get; } = new();
}
