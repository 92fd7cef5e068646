using System.Globalization;
using Tapline.Cli.Terminal;
using Tapline.Contracts;

namespace Tapline.Cli.Simulation;

/// <summary>How many files and connections the system lets this process have open.</summary>
static class OpenFileLimit
{
    // The program's own files, pipes and connections to the log.
    const int Reserve = 200;

    const string LimitsFile = "/proc/self/limits";
    const string Row = "Max open files";

    /// <summary>The limit; null where the system does not say.</summary>
    public static long? Read() => File.Exists(LimitsFile) ? Parse(File.ReadLines(LimitsFile)) : null;

    /// <summary>Throws when so many connections do not fit.</summary>
    public static void Require(int connections, long? limit, string option)
    {
        if (limit is not { } most || connections + Reserve <= most)
            return;
        throw new TaplineException(
            $"{Units.Count(connections)} connections need {Units.Count(connections + Reserve)} open files; this "
                + $"process may have {Units.Count(most)}",
            string.Create(CultureInfo.InvariantCulture,
                $"raise it in the shell first: ulimit -n {connections + Reserve} (root raises the hard limit, too: "
                + $"ulimit -Hn), or ask for fewer with {option}"));
    }

    /// <summary>The limit in force out of the lines of <c>/proc/self/limits</c>; null for none.</summary>
    public static long? Parse(IEnumerable<string> lines)
    {
        var row = lines.FirstOrDefault(static line => line.StartsWith(Row, StringComparison.Ordinal));
        var soft = row?[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
