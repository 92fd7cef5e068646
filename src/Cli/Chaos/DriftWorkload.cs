using Npgsql;

namespace Tapline.Cli.Chaos;

/// <summary>Tables of which nothing rests, in the schema <c>drift</c>, and now and then one transaction that is far
/// larger than the others. Follows from the seed.</summary>
sealed class DriftWorkload(NpgsqlDataSource database, int seed, TimeProvider time)
{
    /// <summary>What a pipeline has to read to see these tables.</summary>
    public const string Tables = "drift.*";

    /// <summary>Those that change all the time.</summary>
    public const string Drifting = "drift.t*";

    const int TableCount = 4;

    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(40);

    readonly Random _dice = new(seed);
    readonly List<DriftTable> _tables = [];

    /// <summary>Transactions committed so far.</summary>
    public long Transactions { get; private set; }

    /// <summary>Creates the tables.</summary>
    public async Task CreateAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await CommitAsync(
            connection,
            [
                "CREATE SCHEMA drift",
                "CREATE TABLE drift.huge (id bigint PRIMARY KEY, round integer, name text, at timestamptz, n numeric)",
            ],
            ct);
        for (var number = 1; number <= TableCount; number++)
        {
            _tables.Add(new DriftTable($"drift.t{number}", _dice));
            await CommitAsync(connection, [_tables[^1].Create()], ct);
        }
    }

    /// <summary>Lets things happen until cancelled; a second call goes on where the first ended.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            // Never cancelled half way: the tables know what they have done.
            await CommitAsync(connection, _tables[_dice.Next(_tables.Count)].Next(), CancellationToken.None);
            Transactions++;
            await Task.Delay(Pace, time, ct);
        }
    }

    /// <summary>Commits one transaction of so many rows; the next one removes them again.</summary>
    public async Task CommitHugeAsync(int round, int rows, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await CommitAsync(
            connection,
            [
                "DELETE FROM drift.huge",
                $"INSERT INTO drift.huge SELECT n, {round}, 'row ' || n, timestamptz '2026-01-01 00:00:00Z' "
                    + $"+ n * interval '1 s', n / 8.0 FROM generate_series(1, {rows}) n",
            ],
            ct);
    }

    static async Task CommitAsync(NpgsqlConnection connection, IReadOnlyList<string> statements, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection, transaction) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(ct);
        }
        await transaction.CommitAsync(ct);
    }
}
