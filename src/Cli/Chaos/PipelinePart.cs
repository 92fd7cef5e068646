using System.Diagnostics;
using System.Globalization;
using Tapline.Contracts;

namespace Tapline.Cli.Chaos;

/// <summary>One part of a pipeline in a process of its own, which can be killed and started again. What its processes
/// say goes to one file. Used by one task at a time.</summary>
sealed class PipelinePart(string name, ChaosFolder folder, TimeProvider time) : IAsyncDisposable
{
    const int LastLinesMax = 12;

    readonly Queue<string> _lastLines = new();
    readonly StreamWriter _log = new(folder.LogOf(name), append: true) { AutoFlush = true };
    readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Process? _process;
    Task _watching = Task.CompletedTask;
    bool _isKilled;

    /// <summary>The verb that runs it; a second process of one verb has a number behind it.</summary>
    public string Verb => name.Split('-')[0];

    /// <summary>The process that runs.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException($"{name} does not run");

    /// <summary>Completes, with the reason in words, when a process ends that nobody has killed.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Starts a process. None may be running.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo(Program[0], [.. Program[1..], Verb, "--config", folder.Config])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        _isKilled = false;
        _process = Process.Start(start) ?? throw new TaplineException($"{Program[0]} cannot be started");
        Write($"--- process {_process.Id.ToString(CultureInfo.InvariantCulture)} starts");
        _watching = WatchAsync(_process);
    }

    /// <summary>Kills the process as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        // One that has ended by itself is no victim: the task that watches it says how it ended.
        if (!_process.HasExited)
        {
            Volatile.Write(ref _isKilled, true);
            _process.Kill();
        }
        await _watching;
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _log.DisposeAsync();
    }

    // The program that runs here: by its own host, or as the library that dotnet runs.
    static string[] Program { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll")]
            : [Environment.ProcessPath!];

    async Task WatchAsync(Process process)
    {
        await Task.WhenAll(
            CopyAsync(process.StandardOutput), CopyAsync(process.StandardError), process.WaitForExitAsync());
        var code = process.ExitCode.ToString(CultureInfo.InvariantCulture);
        if (Volatile.Read(ref _isKilled))
        {
            Write("--- killed");
            return;
        }
        Write($"--- ended by itself with exit code {code}");
        lock (_lastLines)
            _ended.TrySetResult($"{name} ended by itself with exit code {code}:\n{string.Join('\n', _lastLines)}");
    }

    async Task CopyAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
            Write(line);
    }

    void Write(string line)
    {
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > LastLinesMax)
                _lastLines.Dequeue();
            _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss.fff} {line}"));
        }
    }
}
