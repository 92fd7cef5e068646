using Confluent.Kafka;

namespace Tapline.Kafka.Client;

/// <summary>The records appended between two flushes. Done when it is closed, each of its records has its report, and
/// the group before it is done.</summary>
sealed class DeliveryGroup
{
    readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Action<string, Error> _onRefused;
    int _pending = 1; // The group itself, until it is closed.

    public DeliveryGroup(Task earlier, Action<string, Error> onRefused)
    {
        _onRefused = onRefused;
        OnReport = Report;
        Delivered = earlier.IsCompleted ? _reported.Task : Task.WhenAll(earlier, _reported.Task);
    }

    /// <summary>The handler of each of its records: one delegate, so that a record costs none.</summary>
    public Action<DeliveryReport<byte[]?, byte[]?>> OnReport { get; }

    /// <summary>Completes when every record of this group and of those before it has its report, good or bad.</summary>
    public Task Delivered { get; }

    public void Add() => Interlocked.Increment(ref _pending);

    public void Close() => Remove();

    public void Remove()
    {
        if (Interlocked.Decrement(ref _pending) == 0)
            _reported.SetResult();
    }

    void Report(DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
            _onRefused(report.Topic, report.Error);
        Remove();
    }
}
