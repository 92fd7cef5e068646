using System.Diagnostics;

namespace Tapline.TestKit.Mqtt;

/// <summary>Runs <c>mosquitto_pub</c>, <c>mosquitto_sub</c> and their like.</summary>
public static class MosquittoTools
{
    /// <summary>Runs a tool to its end. Throws when it ends with another code than 0.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        var (code, output, errors) = await TryRunAsync(program, arguments, ct);
        return code == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with code {code}: {errors}");
    }

    /// <summary>Runs a tool to its end, whatever that is.</summary>
    public static async Task<(int Code, string Output, string Errors)> TryRunAsync(
        string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Start(program, arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(ct);
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, output, await errors);
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>Starts a tool that is fed by its standard input.</summary>
    public static Process StartWithInput(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo($"/usr/bin/{program}", arguments) { RedirectStandardInput = true })!;

    /// <summary>Starts a tool, its output to be read.</summary>
    public static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo($"/usr/bin/{program}", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
