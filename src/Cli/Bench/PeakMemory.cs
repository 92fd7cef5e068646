using System.Diagnostics;

namespace Tapline.Cli.Bench;

/// <summary>The most memory that this process held at once since the last reset (resident, all threads, native too).
/// </summary>
static class PeakMemory
{
    const string ResetFile = "/proc/self/clear_refs";

    // https://docs.kernel.org/filesystems/proc.html: 5 resets the peak to the present size.
    const string ResetPeak = "5";

    /// <summary>Starts over, where the system lets one; elsewhere the peak is that of the whole process.</summary>
    public static void Reset()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (File.Exists(ResetFile))
            File.WriteAllText(ResetFile, ResetPeak);
    }

    /// <summary>The peak, bytes.</summary>
    public static long Read()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
