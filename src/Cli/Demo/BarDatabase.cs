using System.Diagnostics;
using Npgsql;

namespace Tapline.Cli.Demo;

/// <summary>The bar business in a PostgreSQL database: creates it, and lets it live.</summary>
sealed class BarDatabase(NpgsqlDataSource source, BarModel model, TimeProvider time)
{
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

    /// <summary>Lets the business happen at a pace until cancelled.</summary>
    public async Task RunAsync(int changesPerSecond, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var started = time.GetTimestamp();
        foreach (var transaction in new BarWorkload(model).Transactions())
        {
            var ahead = TimeSpan.FromSeconds(_changes / (double)changesPerSecond) - time.GetElapsedTime(started);
            if (ahead > TimeSpan.FromMilliseconds(5))
                await Task.Delay(ahead, time, ct);
            Volatile.Write(ref _changes, _changes + await ApplyAsync(connection, transaction, ct));
        }
        throw new UnreachableException("the business never ends");
    }

    /// <summary>Commits one transaction; gives the number of rows changed.</summary>
    internal static async Task<int> ApplyAsync(NpgsqlConnection connection, BarTransaction transaction, CancellationToken ct)
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

    static string Schema()
    {
        using var stream = typeof(BarDatabase).Assembly.GetManifestResourceStream("Tapline.Cli.Demo.bar.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
