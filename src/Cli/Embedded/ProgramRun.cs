using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Tapline.Contracts;

namespace Tapline.Cli.Embedded;

/// <summary>How a program that was run to its end ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed, the last <see cref="OutputCharsMax"/> characters.</param>
sealed record ProgramRun(int ExitCode, string Output)
{
    const int OutputCharsMax = 64 << 10;

    /// <summary>Runs a program to its end; ended (by id) when <paramref name="ct"/> is cancelled. Throws
    /// <see cref="TaplineException"/> when it cannot be started.</summary>
    public static async Task<ProgramRun> RunAsync(IReadOnlyList<string> command, CancellationToken ct)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = Start(start);
        process.StandardInput.Close();
        var output = new StringBuilder();
        var reading =
            Task.WhenAll(ReadAsync(process.StandardOutput, output, ct), ReadAsync(process.StandardError, output, ct));
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        // A daemon that the program left behind may hold its output open: the rest of that is not waited for.
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200), ct));
        lock (output)
            return new ProgramRun(process.ExitCode, output.ToString());
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception cause)
        {
            throw new TaplineException($"{start.FileName} cannot be started: {cause.Message}", cause: cause);
        }
    }

    static async Task ReadAsync(StreamReader reader, StringBuilder output, CancellationToken ct)
    {
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            lock (output)
            {
                output.AppendLine(line);
                if (output.Length > OutputCharsMax)
                    output.Remove(0, output.Length - OutputCharsMax);
            }
        }
    }
}
