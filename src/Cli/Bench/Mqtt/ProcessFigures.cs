using System.Diagnostics;
using System.Globalization;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>What a process costs, as Linux tells it (<c>/proc</c>).</summary>
static class ProcessFigures
{
    /// <summary>The memory that it holds, bytes.</summary>
    public static long ResidentBytes(int processId) => StatusBytes(processId, "VmRSS:");

    /// <summary>The most memory that it has held, bytes.</summary>
    public static long PeakBytes(int processId) => StatusBytes(processId, "VmHWM:");

    /// <summary>The processor time that it has used.</summary>
    public static TimeSpan Cpu(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime;
    }

    static long StatusBytes(int processId, string row)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status"))
            .First(line => line.StartsWith(row, StringComparison.Ordinal));
        var kilobytes = line[row.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.Parse(kilobytes, NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
    }
}
