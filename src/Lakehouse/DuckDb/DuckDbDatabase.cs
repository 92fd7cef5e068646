using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>An open DuckDB database, in memory or in a file. Safe to use from any thread; each thread takes its own
/// <see cref="DuckDbConnection"/>. The database lives until it and all its connections are disposed.</summary>
public sealed class DuckDbDatabase : IDisposable
{
    readonly DatabaseHandle _handle;

    DuckDbDatabase(DatabaseHandle handle, string version)
    {
        _handle = handle;
        Version = version;
    }

    /// <summary>The library's version, e.g. <c>v1.5.6</c>.</summary>
    public string Version { get; }

    /// <summary>Opens a file, or memory when <paramref name="path"/> is null. Throws <see cref="DuckDbException"/> when
    /// it cannot, and <c>TaplineException</c> when the library is absent or of another release.</summary>
    public static DuckDbDatabase Open(string? path = null, DuckDbOptions? options = null)
    {
        var version = DuckDbLibrary.EnsureLoaded();
        options ??= new DuckDbOptions();
        using var configuration = Configure(options);
        var state = Database.Open(path, out var handle, configuration, out var error);
        if (state != NativeState.Success)
        {
            handle.Dispose();
            throw new DuckDbException(error ?? "the database cannot be opened");
        }
        var database = new DuckDbDatabase(handle, version);
        try
        {
            using var connection = database.Connect();
            connection.Execute(options.Statements());
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection.</summary>
    public DuckDbConnection Connect()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return Database.Connect(_handle, out var connection) == NativeState.Success
            ? new DuckDbConnection(connection)
            : throw new DuckDbException("the database gives no connection");
    }

    /// <summary>Closes the database once its connections are closed too.</summary>
    public void Dispose() => _handle.Dispose();

    static ConfigurationHandle Configure(DuckDbOptions options)
    {
        if (Database.CreateConfiguration(out var configuration) != NativeState.Success)
            throw new DuckDbException("no memory for a configuration");
        foreach (var (name, value) in options.Settings())
        {
            if (Database.Configure(configuration, name, value) == NativeState.Success)
                continue;
            configuration.Dispose();
            throw new DuckDbException($"Invalid Input Error: setting {name} does not take \"{value}\"");
        }
        return configuration;
    }
}
