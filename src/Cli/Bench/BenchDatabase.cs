using System.Globalization;
using Npgsql;
using Tapline.Cli.Embedded;
using Tapline.Contracts;

namespace Tapline.Cli.Bench;

/// <summary>A PostgreSQL server of the benchmark's own with two of the bar business's tables, and PostgreSQL's own
/// programs on it as floors. Disposing stops it.</summary>
sealed class BenchDatabase : IAsyncDisposable
{
    const int TransactionRows = 1_000;
    const string DebianFolder = "/usr/lib/postgresql"; // What Debian does not put into the PATH.

    readonly EmbeddedPostgres _server;
    readonly string _folder;

    BenchDatabase(EmbeddedPostgres server, string folder)
    {
        (_server, _folder) = (server, folder);
        Connections = NpgsqlDataSource.Create(server.ConnectionString);
    }

    /// <summary>How to connect.</summary>
    public string ConnectionString => _server.ConnectionString;

    /// <summary>Connections to it.</summary>
    public NpgsqlDataSource Connections { get; }

    /// <summary>Starts a server in a folder and creates the tables, empty.</summary>
    public static async Task<BenchDatabase> StartAsync(string folder, CancellationToken ct)
    {
        var server = await EmbeddedPostgres.StartAsync(Path.Combine(folder, "postgres"), ct);
        var database = new BenchDatabase(server, folder);
        try
        {
            await database.WritePasswordAsync(ct);
            await database.ExecuteAsync("CREATE SCHEMA app", ct);
            await database.ExecuteAsync(
                """
                CREATE TABLE app.users (
                  id uuid PRIMARY KEY, account_id uuid NOT NULL, location_id uuid, email text NOT NULL,
                  full_name text NOT NULL, role text NOT NULL, status text NOT NULL, preferences jsonb NOT NULL,
                  last_login_at timestamptz, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL)
                """, ct);
            await database.ExecuteAsync(
                """
                CREATE TABLE app.devices (
                  id uuid PRIMARY KEY, serial_number text NOT NULL, account_id uuid NOT NULL, location_id uuid NOT NULL,
                  model text NOT NULL, hw_revision text NOT NULL, firmware_version text NOT NULL, status text NOT NULL,
                  line_no smallint NOT NULL, product_name text, timezone text NOT NULL, installed_at timestamptz,
                  retired_at timestamptz, warranty_until date, config jsonb NOT NULL,
                  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL)
                """, ct);
            await database.ExecuteAsync(
                """
                CREATE PUBLICATION tapline FOR TABLE app.users, app.devices WITH (publish_via_partition_root = true)
                """, ct);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fills <c>app.users</c>.</summary>
    public async Task FillUsersAsync(int rows, CancellationToken ct)
    {
        await EachAsync(rows, 100_000,
            """
            INSERT INTO app.users
            SELECT md5('user' || i)::uuid, md5('account' || i % 1000)::uuid,
                   CASE WHEN i % 3 > 0 THEN md5('location' || i % 3000)::uuid END, 'user' || i || '@example.com',
                   (ARRAY['Ana', 'Björn', 'Chloé', 'Dmitri', 'Emeka'])[1 + i % 5] || ' '
                     || (ARRAY['Okafor', 'Müller', 'O''Neil'])[1 + i % 3],
                   (ARRAY['owner', 'manager', 'bartender', 'analyst'])[1 + i % 4], 'active', '{"theme": "dark"}',
                   CASE WHEN i % 2 = 0 THEN now() - i * interval '1 second' END,
                   now() - interval '400 days' + i * interval '1 second', now()
            FROM generate_series($1, $2) i
            """, ct);
        await ExecuteAsync("VACUUM ANALYZE app.users", ct);
    }

    /// <summary>Commits inserts into an empty <c>app.devices</c> and then as many updates of the same rows, out of
    /// order, 1 000 changes a transaction.</summary>
    public async Task ChangeDevicesAsync(int changes, CancellationToken ct)
    {
        await EachAsync(changes - (changes / 2), TransactionRows,
            """
            INSERT INTO app.devices
            SELECT md5('device' || i)::uuid, 'TL-' || lpad(i::text, 6, '0'), md5('account' || i % 1000)::uuid,
                   md5('location' || i % 3000)::uuid, (ARRAY['TapOne', 'TapPro', 'FlowMax'])[1 + i % 3], 'B',
                   '2.4.1', 'active', 1 + i % 12, CASE WHEN i % 10 > 0 THEN 'Golden Lager' END, 'Europe/Berlin',
                   now() - i * interval '1 second', NULL, NULL, '{"flow": 1.0}', now(), now()
            FROM generate_series($1, $2) i
            """, ct);
        // Every residue comes once: 7 919 is a prime.
        await EachAsync(changes / 2, TransactionRows, string.Create(CultureInfo.InvariantCulture,
            $"""
            UPDATE app.devices SET firmware_version = '2.5.0', status = 'maintenance', updated_at = now()
            WHERE id IN (SELECT md5('device' || 1 + i::bigint * 7919 % {Math.Max(1, changes - (changes / 2))})::uuid
                         FROM generate_series($1, $2) i)
            """), ct);
    }

    /// <summary>Empties <c>app.devices</c> without a trace in any slot that is made afterwards.</summary>
    public Task EmptyDevicesAsync(CancellationToken ct) => ExecuteAsync("TRUNCATE app.devices", ct);

    /// <summary>What <see cref="CopyUsersAsync"/> copies with.</summary>
    public static string CopyProgram => Find("psql") is null ? "Npgsql's COPY to nowhere" : @"psql \copy to /dev/null";

    /// <summary>Copies <c>app.users</c> to nowhere.</summary>
    public async Task CopyUsersAsync(CancellationToken ct)
    {
        if (Find("psql") is { } psql)
        {
            await RunAsync([psql, "-X", "-q", "-d", ConnectionInfo(), "-c", @"\copy app.users to '/dev/null'"], ct);
            return;
        }
        await using var connection = await Connections.OpenConnectionAsync(ct);
        await using var copy = await connection.BeginRawBinaryCopyAsync("COPY app.users TO STDOUT (FORMAT binary)", ct);
        var buffer = new byte[64 << 10];
        while (await copy.ReadAsync(buffer, ct) > 0)
        {
            // Only the reading is measured.
        }
    }

    /// <summary>Whether pg_recvlogical is on the machine.</summary>
    public static bool HasReceiver => Find("pg_recvlogical") is not null;

    /// <summary>Receives what a slot holds up to a position with pg_recvlogical, to nowhere.</summary>
    public Task ReceiveAsync(string slot, long lsn, CancellationToken ct) => RunAsync(
        [
            Find("pg_recvlogical")!, "-d", ConnectionInfo(), "-S", slot, "--start", "-f", "/dev/null", "--no-loop",
            "--endpos", SourcePosition.FormatLsn(lsn), "-o", "proto_version=1", "-o", "publication_names=tapline",
        ], ct);

    /// <summary>Makes a slot that holds what another one does.</summary>
    public Task CopySlotAsync(string from, string to, CancellationToken ct) =>
        ExecuteAsync($"SELECT pg_copy_logical_replication_slot('{from}', '{to}')", ct);

    /// <summary>Drops a slot; the server may need a moment to notice that nobody uses it any more.</summary>
    public Task DropSlotAsync(string slot, CancellationToken ct) => ExecuteAsync(
        $"""
        DO $$ BEGIN
          FOR i IN 1..100 LOOP
            EXIT WHEN NOT (SELECT active FROM pg_replication_slots WHERE slot_name = '{slot}');
            PERFORM pg_sleep(0.05);
          END LOOP;
          PERFORM pg_drop_replication_slot('{slot}');
        END $$
        """, ct);

    /// <summary>Where the server's log ends.</summary>
    public async Task<long> LsnAsync(CancellationToken ct)
    {
        await using var command = Connections.CreateCommand("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn");
        return (long)(decimal)(await command.ExecuteScalarAsync(ct))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Connections.DisposeAsync();
        await _server.DisposeAsync();
    }

    async Task EachAsync(int rows, int step, string sql, CancellationToken ct)
    {
        await using var connection = await Connections.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new NpgsqlParameter<int>(), new NpgsqlParameter<int>() },
        };
        for (var first = 1; first <= rows; first += step)
        {
            command.Parameters[0].Value = first;
            command.Parameters[1].Value = Math.Min(rows, first + step - 1);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = Connections.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(ct);
    }

    // In a file that only we can read: arguments and environments can be seen by others.
    async Task WritePasswordAsync(CancellationToken ct)
    {
        var password = new NpgsqlConnectionStringBuilder(ConnectionString).Password;
        await File.WriteAllTextAsync(PasswordFile, $"*:*:*:*:{password}\n", ct);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    string PasswordFile => Path.Combine(_folder, "pgpass");

    string ConnectionInfo()
    {
        var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
        return $"host={parts.Host} port={parts.Port} user={parts.Username} dbname={parts.Database} "
            + $"passfile='{PasswordFile}'";
    }

    static async Task RunAsync(IReadOnlyList<string> command, CancellationToken ct)
    {
        var run = await ProgramRun.RunAsync(command, ct);
        if (run.ExitCode != 0)
        {
            throw new TaplineException(
                $"{Path.GetFileName(command[0])} failed with exit code {run.ExitCode}: {run.Output.Trim()}");
        }
    }

    static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists(DebianFolder) ? Directory.GetDirectories(DebianFolder).Select(BinOf) : [])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    static string BinOf(string version) => Path.Combine(version, "bin");
}
