using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Cli.Generate.Targets;

/// <summary>Brings rows and changes into a PostgreSQL database, each commit as one transaction.</summary>
sealed class PostgresRows : IBarTarget
{
    const string OldRowsWhole =
        "ALTER TABLE app.locations REPLICA IDENTITY FULL; ALTER TABLE app.users REPLICA IDENTITY FULL";

    readonly NpgsqlConnection _connection;
    readonly RowWriter _before = new();
    readonly RowWriter _after = new();
    readonly TableSchema[] _tables;
    readonly StringBuilder _sql = new();

    PostgresRows(NpgsqlConnection connection, BarSchema schema)
    {
        _connection = connection;
        _tables = [.. BarSchema.All.Select(schema.Of)];
    }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>Opens a database that does not have the business yet, and makes its tables.</summary>
    public static async Task<PostgresRows> OpenAsync(string connectionString, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(ct);
            await using (var known = new NpgsqlCommand("SELECT to_regclass('app.accounts') IS NOT NULL", connection))
            {
                if (await known.ExecuteScalarAsync(ct) is true)
                {
                    throw new TaplineException($"the database {connection.Database} has a table app.accounts already",
                        "give one that is empty: the generator begins at the beginning");
                }
            }
            await ExecuteAsync(connection, BarDatabase.Schema(), ct);
            await ExecuteAsync(connection, OldRowsWhole, ct);
            return new PostgresRows(connection, BarSchema.Load());
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask TakeAsync(BarEvent happened, CancellationToken ct) => happened switch
    {
        BarEvent.Commit commit => CommitAsync(commit, ct),
        BarEvent.Snapshot snapshot => CopyAsync(snapshot, ct),
        BarEvent.SnapshotEnd => new ValueTask(ExecuteAsync(_connection, "ANALYZE", ct)),
        BarEvent.ColumnAdded => AddColumnAsync(ct),
        _ => default,
    };

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    async ValueTask CopyAsync(BarEvent.Snapshot snapshot, CancellationToken ct)
    {
        var table = _tables[(int)snapshot.Table];
        var columns = string.Join(", ", table.Columns.Select(static column => column.Name));
        await using var copy = await _connection.BeginTextImportAsync(
            $"COPY {table.Table} ({columns}) FROM STDIN", ct);
        foreach (var row in snapshot.Rows)
        {
            _sql.Clear();
            Append(_after.Render(row));
            await copy.WriteAsync(_sql, ct);
            Count++;
        }
    }

    async ValueTask CommitAsync(BarEvent.Commit commit, CancellationToken ct)
    {
        // A batch outside a transaction block is one transaction.
        await using var batch = new NpgsqlBatch(_connection);
        foreach (var change in commit.Changes)
        {
            if (!change.IsCascade)
                batch.BatchCommands.Add(Command(change));
            Count++;
        }
        // What has begun is finished: what follows builds on it.
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        ct.ThrowIfCancellationRequested();
    }

    async ValueTask AddColumnAsync(CancellationToken ct)
    {
        var table = _tables[(int)BarTable.Accounts];
        var column = BarSchema.AddedColumn;
        await ExecuteAsync(
            _connection, $"ALTER TABLE {table.Table} ADD COLUMN {column.Name} {column.SourceType}", ct);
        _tables[(int)BarTable.Accounts] = table with { Columns = table.Columns.Add(column) };
        (_before.HasAddedColumns, _after.HasAddedColumns) = (true, true);
    }

    NpgsqlBatchCommand Command(RowChange change)
    {
        var table = _tables[(int)change.Row.Table];
        var before = change.Before is null ? null : _before.Render(change.Before);
        var after = change.After is null ? null : _after.Render(change.After);
        var command = new NpgsqlBatchCommand();
        _sql.Clear();
        switch (change.Kind)
        {
            case ChangeKind.Create:
                Insert(command, table, after!);
                break;
            case ChangeKind.Update:
                Update(command, table, before!, after!);
                break;
            default:
                _sql.Append("DELETE FROM ").Append(table.Table);
                Where(command, table, before!);
                break;
        }
        command.CommandText = _sql.ToString();
        return command;
    }

    void Insert(NpgsqlBatchCommand command, TableSchema table, RowText row)
    {
        _sql.Append("INSERT INTO ").Append(table.Table).Append(" (")
            .AppendJoin(", ", table.Columns.Select(static column => column.Name)).Append(") VALUES (");
        for (var i = 0; i < table.Columns.Length; i++)
        {
            _sql.Append(i == 0 ? "" : ", ");
            Value(command, table.Columns[i], row, i);
        }
        _sql.Append(')');
    }

    void Update(NpgsqlBatchCommand command, TableSchema table, RowText before, RowText after)
    {
        _sql.Append("UPDATE ").Append(table.Table).Append(" SET ");
        for (var (i, isFirst) = (0, true); i < table.Columns.Length; i++)
        {
            if (before.IsNull(i) == after.IsNull(i) && before.Text(i).SequenceEqual(after.Text(i)))
                continue;
            _sql.Append(isFirst ? "" : ", ").Append(table.Columns[i].Name).Append(" = ");
            Value(command, table.Columns[i], after, i);
            isFirst = false;
        }
        Where(command, table, before);
    }

    void Where(NpgsqlBatchCommand command, TableSchema table, RowText row)
    {
        var word = " WHERE ";
        foreach (var column in table.KeyColumns)
        {
            _sql.Append(word).Append(column.Name).Append(" = ");
            Value(command, column, row, table.IndexOf(column.Name));
            word = " AND ";
        }
    }

    // Text that PostgreSQL reads by the column's type: the same text that the topics' records are made of.
    void Value(NpgsqlBatchCommand command, ColumnSchema column, RowText row, int i)
    {
        command.Parameters.Add(new NpgsqlParameter
        {
            NpgsqlDbType = NpgsqlDbType.Text,
            Value = row.IsNull(i) ? DBNull.Value : Encoding.UTF8.GetString(row.Text(i)),
        });
        _sql.Append(CultureInfo.InvariantCulture, $"${command.Parameters.Count}::{column.SourceType}");
    }

    void Append(RowText row)
    {
        for (var i = 0; i < row.Count; i++)
        {
            _sql.Append(i == 0 ? "" : "\t");
            if (row.IsNull(i))
                _sql.Append("\\N");
            else
                CopyText.AppendEscaped(_sql, Encoding.UTF8.GetString(row.Text(i)));
        }
        _sql.Append('\n');
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
