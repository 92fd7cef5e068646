using System.Diagnostics;
using Tapline.Native;

namespace Tapline.TestKit.Delta;

/// <summary>A Delta reader that is not ours: ClickHouse with delta-kernel-rs, from the npm package chdb. Each query is
/// a process of its own.</summary>
public sealed class ChdbReader
{
    const string Version = "3.4.0";
    const string Script = """
        const { query } = require(process.argv[1] + '/node_modules/chdb');
        process.stdout.write(String(query(process.argv[2], 'JSONCompactEachRow')));
        """;

    static readonly SemaphoreSlim Installing = new(1);

    readonly string _folder;

    ChdbReader(string folder) => _folder = folder;

    /// <summary>Installs the package into the user's cache, once, and checks that it answers. Without npm, or where the
    /// package cannot be had, there is a reason instead.</summary>
    public static async Task<(ChdbReader? Reader, string Reason)> FindAsync(CancellationToken ct)
    {
        await Installing.WaitAsync(ct);
        try
        {
            var folder = NativeLibraries.Folder("chdb", Version);
            if (!Directory.Exists(folder) && await InstallAsync(folder, ct) is { } failure)
                return (null, $"chdb {Version} cannot be installed: {failure}");
            var reader = new ChdbReader(folder);
            return await reader.QueryAsync("SELECT 1", ct) is ["[1]"]
                ? (reader, "")
                : (null, $"chdb {Version} does not answer");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (null, $"node or npm is not installed: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            return (null, $"chdb {Version} does not run here: {e.Message}");
        }
        finally
        {
            Installing.Release();
        }
    }

    /// <summary>The table function that reads a Delta table in a folder.</summary>
    public static string Table(string folder) =>
        $"deltaLakeLocal('{folder.Replace("'", "\\'", StringComparison.Ordinal)}')";

    /// <summary>Runs a query; each row is a JSON array. Throws <see cref="InvalidOperationException"/> with
    /// ClickHouse's message when it fails.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string sql, CancellationToken ct)
    {
        // Relative paths of the package's own start at the working directory: the root keeps tables' paths absolute.
        var (code, output, error) = await RunAsync("node", ["-e", Script, _folder, sql], "/", ct);
        return code == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"chdb ended with {code}: {error}");
    }

    static async Task<string?> InstallAsync(string folder, CancellationToken ct)
    {
        // Installed beside and moved as a whole: other test processes may be at it too.
        var scratch = $"{folder}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(scratch);
        try
        {
            string[] arguments = ["install", $"chdb@{Version}", "--prefix", scratch, "--no-audit", "--no-fund"];
            var (code, _, error) = await RunAsync("npm", arguments, scratch, ct);
            if (code != 0)
                return error.Length > 0 ? error.Trim() : $"npm ended with {code}";
            if (!Directory.Exists(folder))
                Directory.Move(scratch, folder);
            return null;
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was first.
            return null;
        }
        finally
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }
    }

    static async Task<(int Code, string Output, string Error)> RunAsync(
        string program, IEnumerable<string> arguments, string folder, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
