using System.Diagnostics;
using Npgsql;

namespace Tapline.Cli.Demo;

/// <summary>The bar business in a PostgreSQL database: creates it, and lets it live.</summary>
sealed class BarDatabase(NpgsqlDataSource source, BarModel model, TimeProvider time)
{
    readonly IEnumerator<BarTransaction> _story = new BarWorkload(model).Transactions().GetEnumerator();
    long _changes;

    /// <summary>Row changes committed so far, cascades not counted.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Creates the schema and fills it; gives the number of rows.</summary>
    public async Task<long> CreateAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using (var schema = new NpgsqlCommand(Schema(), connection))
            await schema.ExecuteNonQueryAsync(ct);
        long rows = 0;
        foreach (var (table, columns, text) in new BarBase(model).Tables())
        {
            await using var copy = await connection.BeginTextImportAsync($"COPY {table} ({columns}) FROM STDIN", ct);
            await copy.WriteAsync(text.AsMemory(), ct);
            rows += text.AsSpan().Count('\n');
        }
        await using var analyze = new NpgsqlCommand("ANALYZE", connection);
        await analyze.ExecuteNonQueryAsync(ct);
        return rows;
    }

    /// <summary>Lets the business happen at a pace until cancelled; a second call goes on where the first
    /// ended.</summary>
    public async Task RunAsync(int changesPerSecond, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var started = time.GetTimestamp();
        long done = 0;
        while (_story.MoveNext())
        {
            // Never cancelled half way: what follows builds on it.
            var changes = await ApplyAsync(connection, _story.Current, CancellationToken.None);
            done += changes;
            Volatile.Write(ref _changes, _changes + changes);
            var ahead = TimeSpan.FromSeconds(done / (double)changesPerSecond) - time.GetElapsedTime(started);
            if (ahead > TimeSpan.FromMilliseconds(5))
                await Task.Delay(ahead, time, ct);
            ct.ThrowIfCancellationRequested();
        }
        throw new UnreachableException("the business never ends");
    }

    /// <summary>Commits one transaction; gives the number of rows changed.</summary>
    internal static async Task<int> ApplyAsync(NpgsqlConnection connection, BarTransaction transaction,
        CancellationToken ct)
    {
        // A batch outside a transaction block is one transaction.
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in transaction.Statements)
        {
            var command = new NpgsqlBatchCommand(statement.Sql);
            foreach (var value in statement.Values)
                command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            batch.BatchCommands.Add(command);
        }
        return Math.Max(0, await batch.ExecuteNonQueryAsync(ct));
    }

    /// <summary>The statements that make the tables.</summary>
    public static string Schema()
    {
        using var stream = typeof(BarDatabase).Assembly.GetManifestResourceStream("Tapline.Cli.Demo.bar.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
